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
export { QuestionError } from "./ask.js";
export * from "./functions.js";
export type * from "./question-types.js";
export type {
  DiskImage,
  DiskSnapshot,
  GetDiskSnapshotsResult,
} from "../provider/questions/disk-snapshots.js";
export type { BackingFacts, DomainDiskFacts } from "../provider/questions/disk.js";
export type { FirmwareFacts, GetDomainResult } from "../provider/questions/domain.js";
export type { SnapshotDiskFacts, SnapshotInfo } from "../provider/questions/facts.js";
export type { Possibility, PossibleSnapshots } from "../provider/questions/possible.js";
export type { GetSnapshotResult, GetSnapshotXmlResult } from "../provider/questions/snapshot.js";
export type { GetSnapshotsResult } from "../provider/questions/snapshots.js";
export type { SnapshotNode } from "../provider/questions/tree.js";
export type { ErrorKind } from "../provider/errors.js";
