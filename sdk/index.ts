export { Domain, type DomainArgs } from "./domain.js";
export { Snapshot } from "./snapshot.js";
export type {
  SnapshotArgs,
  SnapshotDisksArgs,
  SnapshotMemoryArgs,
  SnapshotRevertArgs,
  SnapshotRevertSafetySnapshotArgs,
} from "./snapshot-types.js";
export type {
  CapturedDisk,
  CapturedMemory,
  Consistency,
  LastRevert,
  SafetySnapshot,
} from "../provider/snapshot/state.js";
