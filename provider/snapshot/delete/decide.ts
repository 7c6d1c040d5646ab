import { gated } from "../../capabilities/version-gates.js";
import { quote, VirshError } from "../../errors.js";
import { isExternal, type SnapshotXml } from "../../xml/snapshot.js";
import type { DeleteRequest, Host } from "../../hypervisor/host.js";
import type { PartialState } from "../state.js";
import { overwrittenImages } from "../image-dependencies.js";

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

export interface Deletion {
  request: DeleteRequest;
  /** Whether an overlay that is left of it afterwards is one that the domain provenly went away from. */
  abandons: boolean;
}

/** How a snapshot is deleted. Refuses what this libvirt cannot, or would destroy more with. */
export async function howToDelete(host: Host, state: PartialState, snapshot: SnapshotXml): Promise<Deletion> {
  const request = deleteRequest(state);
  if (request.metadata === true || !isExternal(snapshot)) return { request, abandons: false };
  const { domainUuid, name } = state;
  const [version, later, current] = await Promise.all([
    host.daemonVersion(),
    host.listDescendants(domainUuid, name),
    host.currentSnapshot(domainUuid),
  ]);
  const closed = gated("deleteExternal", version);
  if (closed !== undefined) throw refused(state, closed.reason, closed.remedy);
  if (request.childrenOnly === true) return { request, abandons: false };
  if (later.length > 0) await expectNoneWithin(host, state, snapshot);
  const first = `Delete ${later.map(quote).join(", ")} first, which came after it.`;
  // 11.3 and 12.8 crash: the daemon is gone, and other work on the host with it.
  if (later.length > 0 && current === undefined)
    throw refused(state, "libvirt needs a current snapshot for that, and the domain has none", first);
  const abandons = await isAbandoned(host, state, snapshot, current);
  const hazard = gated("deleteExternalOverInternal", version);
  if (hazard === undefined || !(await wasLeft(host, domainUuid, snapshot, current)))
    return { request, abandons };
  if (later.length > 0) throw refused(state, hazard.reason, first);
  // The domain does not run on its overlay: forgotten is deleted, but for that file.
  return { request: { metadata: true }, abandons };
}

function refused(state: PartialState, said: string, next: string): VirshError {
  return new VirshError({
    kind: "Unsupported",
    tried: deletePhrase(state),
    said,
    next: `Nothing was changed. ${next}`,
  });
}

/**
 * libvirt deletes an external snapshot by merging its overlay into the image below, and does not look whether internal
 * ones were taken inside the overlay: they would stay listed, without their data.
 */
async function expectNoneWithin(
  host: Host,
  state: PartialState,
  { name, disks, revertDisks = [] }: SnapshotXml,
): Promise<void> {
  const { domainUuid } = state;
  const internal = await host.listSnapshots(domainUuid, { from: name, descendants: true, internal: true });
  const documents = await Promise.all(internal.map((each) => host.readSnapshot(domainUuid, each)));
  const overlays = new Set([...disks, ...revertDisks].map(({ source }) => source));
  const within = documents
    .map(({ snapshot }) => snapshot)
    .filter(({ domain }) => domain?.disks.some(({ source }) => source !== undefined && overlays.has(source)))
    .map((snapshot) => quote(snapshot.name));
  if (within.length === 0) return;
  throw refused(
    state,
    `libvirt would merge its overlay into the image below, and ${within.join(", ")}, taken inside the overlay, would lose ${within.length === 1 ? "its" : "their"} data`,
    `Delete ${within.join(", ")} first.`,
  );
}

/**
 * The current snapshot tells where the domain went last. Where that is the snapshot itself, and yet the domain is on none
 * of its overlays, somebody moved the domain by hand and may want to move it back.
 */
async function isAbandoned(
  host: Host,
  { domainUuid, capturedDisks = [] }: PartialState,
  { name, disks, revertDisks = [] }: SnapshotXml,
  current: string | undefined,
): Promise<boolean> {
  if (current !== name) return true;
  // Once it has no children any more, libvirt takes the overlays of the last revert for its only ones: the state may know others.
  const overlays = new Set([
    ...[...disks, ...revertDisks].map(({ source }) => source),
    ...capturedDisks.map(({ file }) => file),
  ]);
  overlays.delete(undefined);
  // Where it has just one for each disk, libvirt merges what the domain is on.
  if (overlays.size <= disks.filter(({ source }) => source !== undefined).length) return false;
  const now = await host.domainXml(domainUuid);
  return now.disks.some(({ source }) => overlays.has(source));
}

/**
 * Whether the domain went back behind an external snapshot, to an internal one: it then runs on the image that older
 * daemons take for an overlay and delete.
 */
async function wasLeft(
  host: Host,
  domainUuid: string,
  snapshot: SnapshotXml,
  current: string | undefined,
): Promise<boolean> {
  const trodden = await lineage(host, domainUuid, current);
  if (trodden.some(({ name }) => name === snapshot.name)) return false;
  const ancestors = await lineage(host, domainUuid, snapshot.parent);
  if (ancestors.some((ancestor) => !isExternal(ancestor))) return true;
  // The internal one may be deleted already.
  return (await overwrittenImages(host, snapshot, await host.domainXml(domainUuid))).length > 0;
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
