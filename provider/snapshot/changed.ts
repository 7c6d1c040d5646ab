import { VirshError } from "../errors.js";

/** Something that a decision rests on: what it was then, and what it is right before the act. */
export interface Difference {
  what: string;
  was: string;
  is: string;
}

/** Stops an act right before it, if anything that its decision rests on is different now. */
export function expectUnchanged(tried: string, facts: readonly Difference[]): void {
  const different = facts.filter(({ was, is }) => was !== is);
  if (different.length === 0) return;
  const clauses = different.map(({ what, was, is }) => `${what} was ${was} and is now ${is}`);
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `someone else changed the host in the meantime: ${clauses.join("; ")}`,
    unchanged: true,
    next: "A new preview shows what would happen now.",
    begun: false,
  });
}

/** Whether a domain is active, by its numeric ID, in a word. */
export function power({ id }: { id?: number | undefined }): string {
  return id === undefined ? "shut off" : "running";
}
