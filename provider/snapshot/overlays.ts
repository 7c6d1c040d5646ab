import type { SnapshotDisk, SnapshotXml } from "../xml/snapshot.js";

/**
 * The overlays of a snapshot: the disks' entries that name an external overlay. `began`: those that began with the
 * snapshot, `reverted`: those that libvirt made for the last revert to it, since when the domain runs on them.
 */
export function overlaysOf({ disks, revertDisks = [] }: SnapshotXml): {
  began: Overlay[];
  reverted: Overlay[];
} {
  return { began: disks.filter(isOverlay), reverted: revertDisks.filter(isOverlay) };
}

/** A disk of a snapshot, with the overlay that was made of it. */
export type Overlay = SnapshotDisk & { source: string };

/** The paths of all overlays of a snapshot. */
export function overlayFiles(snapshot: SnapshotXml): string[] {
  const { began, reverted } = overlaysOf(snapshot);
  return [...began, ...reverted].map(({ source }) => source);
}

function isOverlay(disk: SnapshotDisk): disk is Overlay {
  return disk.snapshot === "external" && disk.source !== undefined;
}
