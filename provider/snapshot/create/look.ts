import type { Chain } from "../../capabilities/chain-depth.js";
import { shapeOf, type Wanted } from "../../capabilities/snapshot-shape.js";
import type { HostIdentity } from "../../hypervisor/host-identity.js";
import type { QueryHost } from "../../hypervisor/host.js";
import { missingImages } from "../../hypervisor/missing-images.js";
import type { DomainRef, DomainState, SnapshotDocument } from "../../hypervisor/results.js";
import type { DomainXml } from "../../xml/domain.js";
import { areFrozen } from "../frozen.js";
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
  /** Whether that file holds memory that was written only in part. */
  memoryFileHalfWritten?: boolean;
  /** Only where file systems are to be frozen: whether they already are; `undefined` where the agent does not say. */
  frozen?: boolean | undefined;
  /** Images that hold an internal snapshot of the name although libvirt knows none. */
  taggedImages: readonly string[];
  /** Images that were seen to hold none of that name. */
  untaggedImages: readonly string[];
  /** The chains that an external snapshot makes longer, as far as they can be seen. */
  chains: readonly Chain[];
  /** The targets of the disks whose images do not exist. */
  missing?: readonly string[];
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
  const [existing, tags, memoryFileHalfWritten, frozen, chains, missing] = await Promise.all([
    isTaken ? host.readSnapshot(uuid, inputs.name) : undefined,
    isTaken ? [] : tagsOf(host, definition, inputs),
    file !== undefined && memoryFileExists ? host.isHalfWritten(file) : false,
    asksToFreeze(definition, inputs) ? areFrozen(host, uuid) : undefined,
    isTaken ? [] : chainsOf(host, definition, inputs),
    isTaken ? [] : missingImages(host, definition),
  ]);
  const imagesWhere = (tagged: boolean) =>
    tags.filter((image) => image.tagged === tagged).map(({ source }) => source);
  return {
    domain,
    identity,
    definition,
    state,
    version,
    managedSave: saves.includes(uuid),
    existing,
    memoryFileExists,
    memoryFileHalfWritten,
    frozen,
    taggedImages: imagesWhere(true),
    untaggedImages: imagesWhere(false),
    chains,
    missing,
  };
}

function asksToFreeze({ id, agent }: DomainXml, { quiesce = "none" }: SnapshotInputs): boolean {
  return quiesce !== "none" && id !== undefined && agent === "connected";
}

/** libvirt reports the chain of an active domain; that of another is in the images, where they can be read from here. */
async function chainsOf(host: QueryHost, definition: DomainXml, inputs: SnapshotInputs): Promise<Chain[]> {
  const { active, disks } = shapeOf(definition, inputs);
  const longer = disks.filter(({ kind }) => kind === "external").map(({ disk }) => disk);
  const chains = await Promise.all(
    longer.map(async ({ target, source, driver, backing }): Promise<Chain[]> => {
      if (active) return [{ target, images: 1 + backing.length }];
      const files = source === undefined ? undefined : await host.imageFiles(source, driver);
      return files === undefined ? [] : [{ target, images: files.length }];
    }),
  );
  return chains.flat();
}

/** The images in which the wanted internal snapshot would meet a tag of its name. */
export async function imagesWithTag(
  host: QueryHost,
  definition: DomainXml,
  wanted: TagWanted,
  look = 0,
): Promise<string[]> {
  const tags = await tagsOf(host, definition, wanted, look);
  return tags.filter(({ tagged }) => tagged === true).map(({ source }) => source);
}

type TagWanted = Pick<Wanted, "name" | "diskOnly" | "memory" | "disks">;

/** Of each image that an internal snapshot goes into, whether it holds one of that name; `undefined` where that is not seen. */
async function tagsOf(
  host: QueryHost,
  definition: DomainXml,
  wanted: TagWanted,
  look = 0,
): Promise<{ source: string; tagged: boolean | undefined }[]> {
  const { mode, disks } = shapeOf(definition, wanted);
  if (mode === "external") return [];
  const sources = disks.map(({ disk }) => disk.source).filter((source) => source !== undefined);
  const tags = await Promise.all(sources.map((source) => host.imageTags(source, look)));
  return sources.map((source, index) => ({ source, tagged: tags[index]?.includes(wanted.name) }));
}
