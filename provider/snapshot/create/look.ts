import { shapeOf } from "../../capabilities/snapshot-shape.js";
import type { HostIdentity } from "../../hypervisor/host-identity.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { DomainRef, DomainState, SnapshotDocument } from "../../hypervisor/results.js";
import type { DomainXml } from "../../xml/domain.js";
import type { SnapshotInputs } from "../inputs.js";

/** What is known of host and domain before a snapshot is taken. */
export interface CreateFacts {
  domain: DomainRef;
  /** The host that answers. */
  identity: HostIdentity;
  definition: DomainXml;
  state: DomainState;
  /** The daemon's version. */
  version: string;
  managedSave: boolean;
  /** The snapshot that already has the name. */
  existing: SnapshotDocument | undefined;
  /** Whether there is a file at `memory.file`. */
  memoryFileExists: boolean;
  /** Images that hold an internal snapshot of the name although libvirt knows none. */
  taggedImages: readonly string[];
}

/** Reads what a create depends on. */
export async function lookBeforeCreate(
  host: QueryHost,
  domain: DomainRef,
  inputs: SnapshotInputs,
): Promise<CreateFacts> {
  const { uuid } = domain;
  const file = inputs.memory?.file;
  const [definition, state, names, saves, version, identity, memoryFileExists] = await Promise.all([
    host.domainXml(uuid),
    host.domainState(uuid),
    host.listSnapshots(uuid),
    host.listManagedSaves(),
    host.daemonVersion(),
    host.hostIdentity(),
    file === undefined ? false : host.fileExists(file),
  ]);
  const isTaken = names.includes(inputs.name);
  const [existing, taggedImages] = await Promise.all([
    isTaken ? host.readSnapshot(uuid, inputs.name) : undefined,
    isTaken ? [] : imagesWithTag(host, definition, inputs),
  ]);
  const managedSave = saves.includes(uuid);
  return {
    domain,
    identity,
    definition,
    state,
    version,
    managedSave,
    existing,
    memoryFileExists,
    taggedImages,
  };
}

async function imagesWithTag(
  host: QueryHost,
  definition: DomainXml,
  inputs: SnapshotInputs,
): Promise<string[]> {
  const { mode, disks } = shapeOf(definition, inputs);
  if (mode === "external") return [];
  const sources = disks.map(({ disk }) => disk.source).filter((source) => source !== undefined);
  const tags = await Promise.all(sources.map((source) => host.imageTags(source)));
  return sources.filter((_, index) => tags[index]?.includes(inputs.name));
}
