import type { Host } from "./host.js";

/** The part of a host that the life cycle of a domain uses. */
export type DomainHost = Pick<
  Host,
  | "shownUri"
  | "remaining"
  | "pause"
  | "hostIdentity"
  | "smbiosUuid"
  | "daemonVersion"
  | "listDomains"
  | "listManagedSaves"
  | "listPersistent"
  | "listAutostart"
  | "definitionXml"
  | "snapshotXml"
  | "imageFiles"
  | "domainState"
  | "listSnapshots"
  | "listCheckpoints"
  | "defineDomain"
  | "renameDomain"
  | "setMetadata"
  | "undefineDomain"
  | "setAutostart"
  | "startDomain"
  | "shutdownDomain"
  | "destroyDomain"
>;
