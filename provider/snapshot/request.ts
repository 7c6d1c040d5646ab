import type { CreateRequest } from "./host.js";
import type { SnapshotInputs } from "./inputs.js";

/** What virsh is asked for when the snapshot is taken. */
export function toRequest({ name, description, diskOnly, atomic }: SnapshotInputs): CreateRequest {
  return { name, description, diskOnly, atomic };
}
