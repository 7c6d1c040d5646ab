import { isLeftPaused } from "../../afterwards.js";
import type { Attempt, Left } from "./look.js";

/** What is done after a create that did not succeed: it undoes what that create changed, and nothing else. */
export interface Repair {
  /** It ran, and is paused for work that nobody does any more. */
  resume: boolean;
  /** The create froze the file systems. */
  thaw: boolean;
  /** Whether it is known that the file systems are not frozen by this create. */
  mayBeFrozen: boolean;
  /**
   * What becomes of the tag in the images. `keep`: the domain ended with the daemon, and the tag holds what it had in
   * memory; defined again, it is a snapshot to go back to.
   */
  tag: "none" | "remove" | "keep" | "leave";
}

/**
 * Pure. `answered`: libvirt itself said why it took no snapshot. Then it has thawed what it froze, and what is frozen
 * now is frozen by someone else.
 */
export function decideRepair(
  { facts, quiesce }: Pick<Attempt, "facts" | "quiesce">,
  left: Left,
  answered: boolean,
): Repair {
  const mayHaveFrozen = quiesce && !answered && left.state === "running";
  const thaw = mayHaveFrozen && facts.frozen === false && left.frozen === true;
  return {
    resume: facts.state === "running" && isLeftPaused(left),
    thaw,
    mayBeFrozen: mayHaveFrozen && !thaw && left.frozen !== false,
    tag: tagAfterwards(facts.state, left),
  };
}

function tagAfterwards(was: Attempt["facts"]["state"], { state, tagged, allTagged }: Left): Repair["tag"] {
  if (tagged.length === 0) return "none";
  if (state === "shut off" && was !== "shut off") return allTagged ? "keep" : "leave";
  return "remove";
}
