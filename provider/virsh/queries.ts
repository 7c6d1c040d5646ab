import type { ArgsOf, QueryName, ResultOf } from "../hypervisor/queries.js";
import type { Command } from "./commands/command.js";
import { listCheckpoints } from "./commands/definition.js";
import * as domain from "./commands/domain.js";
import * as snapshot from "./commands/snapshot.js";
import { fileStamp, freeBytes, imageFiles, isLocked, readTags, tagDate } from "./files.js";
import type { Limits } from "./process.js";

/** The call behind each query: a command of virsh, or a look at this machine's files where that is the host. */

type FileQuery = "imageTags" | "tagDate" | "imageFiles" | "isLocked" | "fileStamp" | "freeBytes";
export type VirshQuery = Exclude<QueryName, FileQuery | "readImages">;

export const commands: { [Name in VirshQuery]: (...args: ArgsOf<Name>) => Command<ResultOf<Name>> } = {
  listDomains: domain.listDomains,
  listManagedSaves: domain.listManagedSaves,
  listPersistent: domain.listPersistent,
  listAutostart: domain.listAutostart,
  daemonVersion: domain.daemonVersion,
  domainState: domain.domainState,
  domainXml: domain.domainXml,
  domainControl: domain.domainControl,
  blockInfo: domain.blockInfo,
  blockJob: domain.blockJob,
  listCheckpoints,
  listSnapshots: snapshot.listSnapshots,
  listDescendants: snapshot.listDescendants,
  readSnapshot: snapshot.readSnapshot,
  snapshotXml: snapshot.snapshotXml,
  currentSnapshot: snapshot.currentSnapshot,
  fileExists: domain.fileExists,
};

export const fileQueries: {
  [Name in FileQuery]: (limits: Limits, ...args: ArgsOf<Name>) => Promise<ResultOf<Name>>;
} = {
  imageTags: (limits, path) => readTags(path, limits),
  tagDate: (limits, path, name) => tagDate(path, name, limits),
  imageFiles: (limits, path, format) => imageFiles(path, format, limits),
  isLocked: (limits, path) => isLocked(path, limits),
  fileStamp: (_limits, path) => fileStamp(path),
  freeBytes: (_limits, path) => freeBytes(path),
};

export function isVirshQuery(name: QueryName): name is VirshQuery {
  return Object.hasOwn(commands, name);
}
