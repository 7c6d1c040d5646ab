export { Domain } from "./domain.js";
export type { DomainArgs } from "./generated/domain-types.js";
export { Snapshot } from "./snapshot.js";
export type {
  SnapshotArgs,
  SnapshotDisksArgs,
  SnapshotMemoryArgs,
  SnapshotRevertArgs,
  SnapshotRevertSafetySnapshotArgs,
} from "./generated/snapshot-types.js";
export type {
  CapturedDisk,
  CapturedMemory,
  Consistency,
  LastRevert,
  SafetySnapshot,
  SnapshotHost,
} from "../provider/snapshot/outputs.js";
export { QuestionError } from "./call.js";
export * from "./functions.js";
export type * from "./generated/function-types.js";
export type {
  DiskImage,
  DiskSnapshot,
  GetDiskSnapshotsResult,
} from "../provider/functions/get-disk-snapshots.js";
export type { BackingFacts, DomainDiskFacts } from "../provider/functions/domain-disks.js";
export type { FirmwareFacts, GetDomainResult } from "../provider/functions/get-domain.js";
export type { SnapshotDiskFacts, SnapshotInfo } from "../provider/functions/snapshot-info.js";
export type { Possibility, PossibleSnapshots } from "../provider/functions/possible-snapshots.js";
export type { GetSnapshotResult, GetSnapshotXmlResult } from "../provider/functions/get-snapshot.js";
export type { GetSnapshotsResult } from "../provider/functions/get-snapshots.js";
export type { SnapshotNode } from "../provider/functions/tree.js";
export type { ErrorKind } from "../provider/errors.js";
