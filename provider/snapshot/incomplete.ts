import type { PartialState } from "./state.js";

/**
 * The host did what was asked, or may still be doing it, but it could not be read back. What is known must be kept: a
 * snapshot that is not in the state would have no owner, and a revert that is not would be done again.
 */
export class IncompleteError extends Error {
  override readonly name = "IncompleteError";

  constructor(
    readonly state: PartialState,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}
