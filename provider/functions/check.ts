import type * as v from "valibot";
import { VirshError } from "../errors.js";
import { problem, problemsIn, withoutNulls, type Problem } from "../schema/validate.js";
import type { GetSnapshotsInputs } from "./inputs.js";

/** The arguments of a function as a program passed them, checked. Throws with everything that is wrong with them. */
export function checked<Args>(
  name: string,
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
    tried: `call ${name}`,
    said: all.map(({ reason }) => reason).join(" "),
  });
}

/** Filters that virsh refuses together, or that let nothing through. */
export function filterConflicts(filter: GetSnapshotsInputs): Problem[] {
  const { from, current, descendants, roots, leaves, noLeaves } = filter;
  const start = from !== undefined || current === true;
  return [
    from !== undefined && current === true
      ? problem(
          "current",
          "it starts from the current snapshot, and from names another start. Leave one of them out",
        )
      : undefined,
    descendants === true && !start
      ? problem("descendants", "it needs a snapshot to start from. Set from or current too")
      : undefined,
    roots === true && start
      ? problem(
          "roots",
          "everything that came after a snapshot has a parent. Leave out roots, or from and current",
        )
      : undefined,
    leaves === true && noLeaves === true
      ? problem("noLeaves", "no snapshot is both a leaf and not a leaf. Leave out leaves, noLeaves or both")
      : undefined,
  ].filter((found) => found !== undefined);
}
