import { isVirshError } from "../../errors.js";
import type { Tell } from "../../hypervisor/wait-until-free.js";
import { erase } from "./delete-one.js";
import type { Host } from "../../hypervisor/host.js";
import { inOrder, othersWait } from "../../hypervisor/domain-queue.js";
import { safetyStates, tellStrays } from "../revert/safety.js";
import type { PartialState } from "../state.js";
import { withTimeLeft } from "../../hypervisor/watch.js";

/** How many removals of a domain this process has done. */
const done = new Map<string, number>();

/**
 * Deletes the snapshot that `state` remembers, and the safety snapshots that were taken for it. Gone already, provenly,
 * is success; so is another under its name.
 */
export async function remove(host: Host, state: PartialState, tell: Tell): Promise<void> {
  const { domainUuid } = state;
  for (let seen: number | undefined; ;) {
    const before = seen;
    seen = done.get(domainUuid) ?? 0;
    // libvirt deletes external snapshots only in some orders: those that wait may be what is in the way. Another turn
    // makes sense as long as one of them gets something done.
    const mayWait = () => othersWait(domainUuid) && before !== (done.get(domainUuid) ?? 0);
    if (await inOrder(domainUuid, () => removeInTurn(host, state, tell, mayWait))) return;
  }
}

/** Whether it is done; otherwise it wants another turn. */
async function removeInTurn(
  host: Host,
  state: PartialState,
  tell: Tell,
  mayWait: () => boolean,
): Promise<boolean> {
  for (const each of [...safetyStates(state), state]) {
    if (!(await erase(host, each, tell, mayWait))) return false;
  }
  if (state.revert?.safetySnapshot !== undefined) await tellLeft(host, state, tell);
  done.set(state.domainUuid, (done.get(state.domainUuid) ?? 0) + 1);
  return true;
}

/** With the domain they would be gone, too. */
async function tellLeft(host: Host, state: PartialState, tell: Tell): Promise<void> {
  try {
    // Those of the state are deleted by now.
    await tellStrays(withTimeLeft(host), state, tell);
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
  }
}
