import { quoteAll, VirshError } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import { scopeOf } from "../delete-scope.js";
import { findTarget } from "../identity.js";
import type { PartialState } from "../state.js";
import { deletePhrase } from "./look.js";

/** libvirt reports success when it could not remove a part; only another look proves it. */
export async function proveDeleted(host: QueryHost, state: PartialState): Promise<void> {
  const left = await remaining(host, state);
  if (left.length === 0) return;
  throw new VirshError({
    kind: "Unexpected",
    tried: deletePhrase(state),
    said: `libvirt reported success, but ${quoteAll(left)} ${left.length === 1 ? "is" : "are"} still there`,
    next: `Look with virsh snapshot-list ${state.domainUuid} --tree. The next update or destroy tries again.`,
  });
}

/** What a delete of its scope has not deleted. */
export async function remaining(host: QueryHost, state: PartialState): Promise<string[]> {
  const { domainUuid, name } = state;
  if (!scopeOf(state).itself) return host.listDescendants(domainUuid, name);
  return (await findTarget(host, state, deletePhrase(state))) === undefined ? [] : [name];
}
