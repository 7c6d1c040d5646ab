import type * as v from "valibot";
import { VirshError } from "../errors.js";
import { problem, problemsIn, withoutNulls, type Problem } from "../schema/validate.js";
import type { GetSnapshotsInputs } from "./inputs.js";

/** A question's arguments as they came from a program, checked. Throws with everything that is wrong with them. */
export function checked<Args>(
  question: string,
  table: v.GenericSchema<unknown, Args> & { entries: v.ObjectEntries },
  raw: unknown,
  conflicts: (args: Args) => Problem[] = () => [],
): Args {
  const inputs = withoutNulls(raw ?? {}) as Record<string, unknown>;
  const problems = problemsIn(inputs, table);
  const all = problems.length > 0 ? problems : conflicts(inputs as Args);
  if (all.length === 0) return inputs as Args;
  throw new VirshError({
    kind: "Invalid",
    tried: `ask ${question}`,
    said: all.map(({ reason }) => reason).join(" "),
  });
}

/** Filters that virsh refuses together, or that let nothing through. */
export function filterConflicts(filter: GetSnapshotsInputs): Problem[] {
  const { from, current, descendants, roots, leaves, noLeaves } = filter;
  const start = from !== undefined || current === true;
  return [
    from !== undefined && current === true
      ? problem("current", "it starts from the current snapshot, and from names one. Leave one of them out")
      : undefined,
    descendants === true && !start
      ? problem("descendants", "it needs to know of which snapshot. Give from or current, too")
      : undefined,
    roots === true && start
      ? problem("roots", "what came after a snapshot has a parent. Leave out roots, or from and current")
      : undefined,
    leaves === true && noLeaves === true
      ? problem("noLeaves", "no snapshot is a leaf and is none. Leave out leaves or noLeaves, or both")
      : undefined,
  ].filter((found) => found !== undefined);
}
