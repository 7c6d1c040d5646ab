export { Snapshot } from "./snapshot.js";
export type { SnapshotArgs, SnapshotRevertArgs } from "./snapshot-types.js";
export type { CapturedDisk, CapturedMemory, LastRevert } from "../provider/snapshot/state.js";
