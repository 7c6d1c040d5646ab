import { quote, VirshError } from "../errors.js";
import { scopeOf } from "./delete-scope.js";
import type { PartialState } from "./state.js";

/**
 * Why a snapshot cannot be replaced on its domain. The new one comes after the old one, which is then deleted with the
 * recorded scope: that would delete the new one too, or leave the old one under the name of both.
 */
export function refuseReplacement(
  { domainName, name, deleteScope }: PartialState,
  replaces: readonly string[],
  deleteBeforeReplace: boolean,
): VirshError | undefined {
  const { descendants, itself } = scopeOf({ deleteScope });
  if (!descendants || replaces.includes("domain")) return undefined;
  if (deleteBeforeReplace && itself) return undefined;
  const why = deleteBeforeReplace
    ? "leaves the old one, and two cannot have one name"
    : "deletes what came after the old one, and the new one would have";
  return new VirshError({
    kind: "Invalid",
    tried: `replace snapshot ${quote(name)} of ${domainName}`,
    said: `${replaces.join(", ")} changed, and deleteScope ${quote(deleteScope)} ${why}`,
    next: 'Set deleteScope to "snapshot" in one update, and make the other change in the next.',
  });
}
