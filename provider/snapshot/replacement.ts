import { quote, VirshError } from "../errors.js";
import type { SnapshotInputs } from "./inputs.js";
import type { PartialState } from "./state.js";

/** Whether a delete of that scope takes along what came after the snapshot. */
export function takesOthersAlong(scope: SnapshotInputs["deleteScope"]): boolean {
  return scope === "children" || scope === "childrenOnly";
}

/**
 * Why a snapshot cannot be replaced on its domain. The new one comes after the old one, which is then deleted under the
 * scope that it was recorded with: that would take the new one along, or leave the old one under the name of both.
 */
export function refuseReplacement(
  { domainName, name, deleteScope }: PartialState,
  replaces: readonly string[],
  deleteBeforeReplace: boolean,
): VirshError | undefined {
  if (!takesOthersAlong(deleteScope) || replaces.includes("domain")) return undefined;
  if (deleteBeforeReplace && deleteScope === "children") return undefined;
  const why = deleteBeforeReplace
    ? "leaves the old one, and two cannot have one name"
    : "deletes what came after the old one, and the new one would have";
  return new VirshError({
    kind: "Invalid",
    tried: `replace snapshot ${quote(name)} of ${domainName}`,
    said: `${replaces.join(", ")} changed, and deleteScope ${quote(deleteScope)} ${why}`,
    next: 'Set deleteScope to "snapshot" alone, run pulumi up, then make the other change.',
  });
}
