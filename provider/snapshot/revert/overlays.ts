import { isExternal, type SnapshotXml } from "../../xml/snapshot.js";
import type { Host } from "../../hypervisor/host.js";

/** What libvirt deletes when a domain goes back to an external snapshot. */
export interface Overlays {
  files: readonly string[];
  /** Snapshots whose data lies in or above them: none, unless somebody moved the current one by hand. */
  neededBy: readonly string[];
}

/**
 * The overlays that libvirt deletes with a revert to an external snapshot: it takes those that the current snapshot began
 * for the ones that the domain runs on. After an internal snapshot there are none, and none go with a revert to one.
 */
export async function overlaysThatGo(
  host: Pick<Host, "readSnapshot" | "listDescendants">,
  domainUuid: string,
  target: SnapshotXml,
  current: string | undefined,
): Promise<Overlays | undefined> {
  if (current === undefined || !isExternal(target)) return undefined;
  const { disks, revertDisks } = (await host.readSnapshot(domainUuid, current)).snapshot;
  const files = (revertDisks ?? disks).flatMap(({ snapshot, source }) =>
    snapshot === "external" && source !== undefined ? [source] : [],
  );
  if (files.length === 0) return undefined;
  // A revert to one that has children gives it overlays apart from those that the children stand on.
  const apart = revertDisks !== undefined;
  return { files, neededBy: apart ? [] : await host.listDescendants(domainUuid, current) };
}
