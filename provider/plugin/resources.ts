import { DomainResource } from "./domain.js";
import type { MakeHandler } from "./resource.js";
import { SnapshotResource } from "./snapshot.js";

/** The resources of the package, by type token. */
export const resources: Readonly<Record<string, MakeHandler>> = {
  "virsh:index:Domain": (context) => new DomainResource(context),
  "virsh:index:Snapshot": (context) => new SnapshotResource(context),
};
