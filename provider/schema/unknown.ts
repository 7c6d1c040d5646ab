/**
 * The text that stands, on the wire between engine and provider, for a value a preview cannot know yet: an output
 * of something that is still to be created. (`pulumi.runtime.unknownValue`; nothing below the adapters imports Pulumi.)
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isKnown(value: unknown): boolean {
  return value !== UNKNOWN;
}

/** Whether `value` is, or holds anywhere, something not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return !isKnown(value);
  return Object.values(value).some(holdsUnknown);
}
