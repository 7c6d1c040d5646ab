import { gated } from "../../capabilities/version-gates.js";
import { quote, quoteAll, VirshError } from "../../errors.js";
import type { DeleteRequest } from "../../hypervisor/host.js";
import { warning, type Notice } from "../../hypervisor/notice.js";
import { isExternal, type SnapshotXml } from "../../xml/snapshot.js";
import { scopeOf } from "../delete-scope.js";
import { overlayFiles } from "../overlays.js";
import type { PartialState } from "../state.js";
import { deletePhrase, type DeleteFacts, type ExternalFacts, type Lineage } from "./look.js";

/** What a delete will do. */
export interface DeleteDecision {
  request: DeleteRequest;
  /** Whether an overlay that remains afterwards is one that the domain provably left. */
  abandons: boolean;
  notices: Notice[];
  /** Why it cannot be done. */
  refusal?: VirshError;
}

/** How a snapshot is deleted. Refuses what this libvirt cannot do, or would destroy more with. */
export function decideDelete(state: PartialState, facts: DeleteFacts): DeleteDecision {
  const { request, itself } = scopeOf(state);
  const decision = { request, abandons: false, notices: descendantLines(state, facts) };
  const { external, descendants, document } = facts;
  if (external === undefined) return decision;
  const refuse = ({ reason, remedy }: { reason: string; remedy: string }): DeleteDecision => ({
    ...decision,
    refusal: refused(state, reason, remedy),
  });
  const closed = gated("deleteExternal", external.version);
  if (closed !== undefined) return refuse(closed);
  if (!itself) return decision;
  const { snapshot } = document;
  const first = `Delete ${quoteAll(descendants)} first, which came after it.`;
  const within = snapshotsWithin(snapshot, external);
  if (descendants.length > 0 && within.length > 0) return refuse(losingData(within));
  // libvirt 11.3 and 12.8 crash, and other work on the host is lost with the daemon.
  if (descendants.length > 0 && external.current === undefined)
    return refuse({
      reason: "libvirt needs a current snapshot for that, and the domain has none",
      remedy: first,
    });
  const abandons = isAbandoned(state, snapshot, external);
  const hazard = gated("deleteExternalOverInternal", external.version);
  if (hazard === undefined || !wasLeft(snapshot, external.lineage)) return { ...decision, abandons };
  if (descendants.length > 0) return refuse({ reason: hazard.reason, remedy: first });
  // The domain does not run on its overlay: to delete it is to forget it and to remove that file.
  return { ...decision, request: { metadata: true }, abandons };
}

/** Names the descendants that go with it: not all of them need be this program's. */
function descendantLines(state: PartialState, { descendants }: DeleteFacts): Notice[] {
  if (!scopeOf(state).descendants || descendants.length === 0) return [];
  const { deleteScope, domainName, name } = state;
  return [
    warning(
      `Deleted together with snapshot ${quote(name)} of ${domainName} (deleteScope ${quote(deleteScope)}): ` +
        `${quoteAll(descendants)}.`,
    ),
  ];
}

function refused(state: PartialState, said: string, next: string): VirshError {
  return new VirshError({ kind: "Unsupported", tried: deletePhrase(state), said, unchanged: true, next });
}

/**
 * The internal snapshots that were taken inside an overlay of the snapshot. libvirt deletes an external snapshot by
 * merging its overlay into the image below, and does not look for them: they would stay listed, without their data.
 */
function snapshotsWithin(snapshot: SnapshotXml, { internalDescendants }: ExternalFacts): string[] {
  const overlays = new Set(overlayFiles(snapshot));
  return internalDescendants
    .filter(({ domain }) => domain?.disks.some(({ source }) => source !== undefined && overlays.has(source)))
    .map(({ name }) => name);
}

function losingData(within: readonly string[]): { reason: string; remedy: string } {
  const names = quoteAll(within);
  return {
    reason:
      `libvirt would merge its overlay into the image below, and ${names}, taken inside the overlay, ` +
      `would lose ${within.length === 1 ? "its" : "their"} data`,
    remedy: `Delete ${names} first.`,
  };
}

/**
 * The current snapshot says where the domain went last. If that is the snapshot itself, and yet the domain is on none of
 * its overlays, someone moved the domain by hand and may want to move it back.
 */
function isAbandoned(
  { capturedDisks = [] }: PartialState,
  snapshot: SnapshotXml,
  { current, now }: ExternalFacts,
): boolean {
  if (current !== snapshot.name) return true;
  // Once it has no children left, libvirt lists only the overlays of the last revert: the state may know others.
  const captured = capturedDisks.map(({ file }) => file).filter((file) => file !== undefined);
  const overlays = new Set([...overlayFiles(snapshot), ...captured]);
  // Where it has only one for each disk, libvirt merges the overlay that the domain is on.
  if (overlays.size <= snapshot.disks.filter(({ source }) => source !== undefined).length) return false;
  return now.disks.some(({ source }) => source !== undefined && overlays.has(source));
}

/**
 * Whether the domain went back behind an external snapshot, to an internal one: it then runs on the image that older
 * daemons take for an overlay and delete.
 */
function wasLeft({ name }: SnapshotXml, lineage: Lineage | undefined): boolean {
  if (lineage === undefined || lineage.current.some((snapshot) => snapshot.name === name)) return false;
  // The internal snapshot may be deleted already; then the image that was written to shows it.
  return lineage.ancestors.some((ancestor) => !isExternal(ancestor)) || lineage.overwritten.length > 0;
}
