import { shapeOf, type Wanted } from "../../capabilities/snapshot-shape.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { DomainRef, DomainState, SnapshotDocument } from "../../hypervisor/results.js";
import type { DomainXml } from "../../xml/domain.js";
import type { SnapshotInputs } from "../inputs.js";

/** What is known of host and domain before a snapshot is taken. */
export interface CreateFacts {
  domain: DomainRef;
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
  const [definition, state, names, saves, version, memoryFileExists] = await Promise.all([
    host.domainXml(uuid),
    host.domainState(uuid),
    host.listSnapshots(uuid),
    host.listManagedSaves(),
    host.daemonVersion(),
    file === undefined ? false : host.fileExists(file),
  ]);
  const isTaken = names.includes(inputs.name);
  const [existing, taggedImages] = await Promise.all([
    isTaken ? host.readSnapshot(uuid, inputs.name) : undefined,
    isTaken ? [] : imagesWithTag(host, definition, inputs),
  ]);
  const managedSave = saves.includes(uuid);
  return { domain, definition, state, version, managedSave, existing, memoryFileExists, taggedImages };
}

/** The images in which the wanted internal snapshot would meet a tag of its name. */
export async function imagesWithTag(
  host: QueryHost,
  definition: DomainXml,
  wanted: Pick<Wanted, "name" | "diskOnly" | "memory" | "disks">,
  look = 0,
): Promise<string[]> {
  const { mode, disks } = shapeOf(definition, wanted);
  if (mode === "external") return [];
  const sources = disks.map(({ disk }) => disk.source).filter((source) => source !== undefined);
  const tags = await Promise.all(sources.map((source) => host.imageTags(source, look)));
  return sources.filter((_, index) => tags[index]?.includes(wanted.name));
}
