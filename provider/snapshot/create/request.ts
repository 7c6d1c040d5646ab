import type { CreateRequest } from "../../hypervisor/host.js";
import type { SnapshotInputs } from "../inputs.js";

/** What virsh is asked for when the snapshot is taken. Whether it freezes file systems is decided by who can. */
export function toRequest(inputs: SnapshotInputs): CreateRequest {
  const { name, description, diskOnly, memory, disks, atomic, live, halt, reuseExternal, validate } = inputs;
  return { name, description, diskOnly, memory, disks, atomic, live, halt, reuseExternal, validate };
}
