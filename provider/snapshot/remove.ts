import { isVirshError, quote, VirshError } from "../errors.js";
import type { Host } from "./host.js";
import { inOrder } from "./order.js";
import { isSame, type PartialState } from "./state.js";
import { mayStillRun, watch } from "./watch.js";

/** Deletes the snapshot that `state` remembers. Gone already, provenly, is success; so is another under its name. */
export function remove(host: Host, state: PartialState): Promise<void> {
  return inOrder(state.domainUuid, () => removeInTurn(host, state));
}

async function removeInTurn(host: Host, state: PartialState): Promise<void> {
  const { domainUuid, domainName, name } = state;
  const tried = `delete snapshot ${quote(name)} of ${domainName}`;
  if (!(await exists(host, state))) return;
  try {
    await host.deleteSnapshot(domainUuid, name);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    if (error.kind === "NotFound") return;
    if (!mayStillRun(error)) throw error.with({ tried });
    const outcome = await watch(host, domainUuid, (later) => exists(later, state));
    if (outcome.ended && !outcome.found) return;
    const said = outcome.ended ? "it is still there" : outcome.said;
    throw error.with({
      tried,
      next: `Afterwards: ${said}. Run pulumi up or pulumi destroy again to finish.`,
    });
  }
  if (await exists(host, state)) {
    // libvirt reports success when it could not remove a part; only another look proves it.
    throw new VirshError({
      kind: "Unexpected",
      tried,
      said: "libvirt reported success, but the snapshot is still there",
      next: `Look at it with virsh snapshot-info ${domainUuid} ${quote(name)} and run pulumi up again.`,
    });
  }
}

async function exists(host: Host, state: PartialState): Promise<boolean> {
  try {
    return isSame(state, (await host.readSnapshot(state.domainUuid, state.name)).snapshot);
  } catch (error) {
    if (isVirshError(error, "NotFound")) return false;
    throw error;
  }
}
