import { isVirshError } from "../../errors.js";
import { withTimeLeft } from "../../hypervisor/act.js";
import type { Operation } from "../../hypervisor/operation.js";
import { scopeOf } from "../delete-scope.js";
import { restoreLost } from "../lost-definition.js";
import { safetyStates, tellStrays } from "../safety-snapshots.js";
import type { PartialState } from "../state.js";
import { deleteOne } from "./delete-one.js";

/**
 * Deletes the snapshot that `state` remembers, and the safety snapshots that were taken for it. Deleting one that
 * provably does not exist any more succeeds; one of another program under its name is left alone.
 */
export async function deleteWithSafety(operation: Operation, state: PartialState): Promise<void> {
  const { domainUuid } = state;
  const { queue, deletes } = operation.memory;
  for (let seen: number | undefined; ;) {
    const before = seen;
    seen = deletes.get(domainUuid) ?? 0;
    // libvirt deletes external snapshots only in some orders: those that wait may be what is in the way. Another turn
    // makes sense as long as one of them gets something done.
    const mayWait = () => queue.othersWait(domainUuid) && before !== (deletes.get(domainUuid) ?? 0);
    if (await queue.inTurn(domainUuid, () => deleteInTurn(operation, state, mayWait))) return;
  }
}

/** Whether it is done; otherwise it needs another turn. */
async function deleteInTurn(
  operation: Operation,
  state: PartialState,
  mayWait: () => boolean,
): Promise<boolean> {
  const { deletes } = operation.memory;
  // Otherwise its data would stay, as a tag that nobody owns.
  const listed = scopeOf(state).data ? await restoreLost(operation, state) : state;
  for (const each of [...safetyStates(state), listed]) {
    if (!(await deleteOne(operation, each, mayWait))) return false;
  }
  if (state.revert?.safetySnapshot !== undefined) await tellLeft(operation, state);
  deletes.set(state.domainUuid, (deletes.get(state.domainUuid) ?? 0) + 1);
  return true;
}

/** Where the domain is gone, its safety snapshots are, too. */
async function tellLeft({ host, tell }: Operation, state: PartialState): Promise<void> {
  try {
    // Those of the state are deleted by now.
    await tellStrays(withTimeLeft(host), state, tell);
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
  }
}
