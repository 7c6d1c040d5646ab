import type { QueryHost } from "../../hypervisor/host.js";
import { isExternal, type SnapshotXml } from "../../xml/snapshot.js";
import { overlaysOf } from "../overlays.js";

/** What libvirt deletes when a domain goes back to an external snapshot. */
export interface DoomedOverlays {
  files: readonly string[];
  /** Snapshots whose data is in or above them: none, unless someone set the current snapshot by hand. */
  neededBy: readonly string[];
}

/**
 * The overlays that libvirt deletes with a revert to an external snapshot: it takes those that the current snapshot began
 * for the ones that the domain runs on. A revert to an internal snapshot, or from one, deletes none.
 */
export async function doomedOverlays(
  host: Pick<QueryHost, "readSnapshot" | "listDescendants">,
  domainUuid: string,
  target: SnapshotXml,
  current: string | undefined,
): Promise<DoomedOverlays | undefined> {
  if (current === undefined || !isExternal(target)) return undefined;
  const { snapshot } = await host.readSnapshot(domainUuid, current);
  const { began, reverted } = overlaysOf(snapshot);
  // A revert to a snapshot with children gives it overlays apart from those that the children depend on.
  const apart = snapshot.revertDisks !== undefined;
  const files = (apart ? reverted : began).map(({ source }) => source);
  if (files.length === 0) return undefined;
  return { files, neededBy: apart ? [] : await host.listDescendants(domainUuid, current) };
}
