import { gated } from "../domain/gates.js";
import { quote, VirshError } from "../errors.js";
import { isExternal, type SnapshotXml } from "../xml/snapshot.js";
import type { DeleteRequest, Host } from "./host.js";
import type { PartialState } from "./state.js";

/** What a delete of this scope asks of virsh. */
export function deleteRequest({ deleteScope = "snapshot" }: PartialState): DeleteRequest {
  return {
    children: deleteScope === "children",
    childrenOnly: deleteScope === "childrenOnly",
    metadata: deleteScope === "metadata",
  };
}

export function deletePhrase({ domainName, name }: PartialState): string {
  return `delete snapshot ${quote(name)} of ${domainName}`;
}

/** Refuses to delete what this libvirt cannot, or would destroy more with. */
export async function expectDeletable(host: Host, state: PartialState, snapshot: SnapshotXml): Promise<void> {
  if (state.deleteScope === "metadata" || !isExternal(snapshot)) return;
  const version = await host.daemonVersion();
  const closed =
    gated("deleteExternal", version) ??
    ((await hasLeftOverInternal(host, state.domainUuid, snapshot))
      ? gated("deleteExternalOverInternal", version)
      : undefined);
  if (closed === undefined) return;
  throw new VirshError({
    kind: "Unsupported",
    tried: deletePhrase(state),
    said: closed.reason,
    next: `Nothing was changed. ${closed.remedy}`,
  });
}

/**
 * An external snapshot above an internal one, when the domain went back behind it: it then runs on the image that older
 * daemons take for an overlay and delete.
 */
async function hasLeftOverInternal(host: Host, domainUuid: string, snapshot: SnapshotXml): Promise<boolean> {
  const ancestors = await lineage(host, domainUuid, snapshot.parent);
  if (!ancestors.some((ancestor) => !isExternal(ancestor))) return false;
  const current = await host.currentSnapshot(domainUuid);
  const trodden = await lineage(host, domainUuid, current);
  return !trodden.some(({ name }) => name === snapshot.name);
}

/** The snapshot of that name and all that came before it, latest first. */
async function lineage(host: Host, domainUuid: string, from: string | undefined): Promise<SnapshotXml[]> {
  const found: SnapshotXml[] = [];
  for (let name = from; name !== undefined;) {
    const { snapshot } = await host.readSnapshot(domainUuid, name);
    found.push(snapshot);
    name = snapshot.parent;
  }
  return found;
}
