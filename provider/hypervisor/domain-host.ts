import type { Host } from "./host.js";

/** The part of a host that the life cycle of a domain uses. */
export type DomainHost = Pick<
  Host,
  | "remaining"
  | "pause"
  | "listDomains"
  | "domainState"
  | "listSnapshots"
  | "listCheckpoints"
  | "defineDomain"
  | "undefineDomain"
  | "setAutostart"
  | "startDomain"
  | "shutdownDomain"
  | "destroyDomain"
>;
