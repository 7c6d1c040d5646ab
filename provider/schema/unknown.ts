/**
 * The text that stands for a value that a preview does not know yet: an output of a resource that does not exist yet.
 * It is part of the protocol between engine and provider, so it never changes.
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isKnown(value: unknown): boolean {
  return value !== UNKNOWN;
}

/** Whether `value` is unknown, or contains an unknown value at any depth. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return !isKnown(value);
  return Object.values(value).some(holdsUnknown);
}
