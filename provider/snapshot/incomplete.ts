import type { PartialState } from "./state.js";

/**
 * The host did what was asked, or may still be doing it, but it could not be read back. What is known of it is to be
 * kept: a snapshot that is forgotten here would be nobody's, a revert that is forgotten would be done again.
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
