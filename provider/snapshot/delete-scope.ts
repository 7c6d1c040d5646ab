import type { DeleteRequest } from "../hypervisor/host.js";
import type { SnapshotInputs } from "./inputs.js";

/** What a `deleteScope` means. */
export interface DeleteScope {
  /** Whether the snapshot itself is deleted. */
  itself: boolean;
  /** Whether all snapshots that came after it are deleted. */
  descendants: boolean;
  /** Whether data is deleted, and not only libvirt's metadata. */
  data: boolean;
  /** The flags of `snapshot-delete`. */
  request: DeleteRequest;
}

const scopes: Record<NonNullable<SnapshotInputs["deleteScope"]>, DeleteScope> = {
  snapshot: { itself: true, descendants: false, data: true, request: {} },
  children: { itself: true, descendants: true, data: true, request: { children: true } },
  childrenOnly: { itself: false, descendants: true, data: true, request: { childrenOnly: true } },
  metadata: { itself: true, descendants: false, data: false, request: { metadata: true } },
};

export function scopeOf({ deleteScope = "snapshot" }: Pick<SnapshotInputs, "deleteScope">): DeleteScope {
  return scopes[deleteScope];
}
