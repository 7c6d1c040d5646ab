import { shapeOf } from "../../capabilities/snapshot-shape.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { DomainXml } from "../../xml/domain.js";
import type { CreateFacts } from "../create/look.js";
import type { SnapshotInputs } from "../inputs.js";
import { writtenFiles } from "../written-files.js";

/** What else a preview looks at before a snapshot is taken. The update itself waits, or fails in libvirt's words. */
export interface Surroundings {
  /** Disks that a block job works on, and the kind of job. */
  jobs: readonly { disk: string; kind: string }[];
  /** Free bytes where the memory is to go, and the file there; absent where no memory goes or it cannot be seen. */
  space?: { file: string; free: number } | undefined;
  /** An overlay of a domain that is off, on an image whose mode cannot be seen from here. */
  unseenOverlay?: string | undefined;
}

export async function lookAround(
  host: QueryHost,
  { definition }: CreateFacts,
  inputs: SnapshotInputs,
): Promise<Surroundings> {
  const [jobs, space, unseenOverlay] = await Promise.all([
    jobsOn(host, definition, inputs),
    spaceFor(host, definition, inputs),
    overlayUnseen(host, definition, inputs),
  ]);
  return { jobs, space, ...(unseenOverlay === undefined ? {} : { unseenOverlay }) };
}

async function jobsOn(
  host: QueryHost,
  definition: DomainXml,
  inputs: SnapshotInputs,
): Promise<Surroundings["jobs"]> {
  const { active, disks } = shapeOf(definition, inputs);
  if (!active) return [];
  const jobs: { disk: string; kind: string }[] = [];
  for (const { target } of disks.filter(({ kind }) => kind !== "no").map(({ disk }) => disk)) {
    const kind = await host.blockJob(definition.uuid, target);
    if (kind !== undefined) jobs.push({ disk: target, kind });
  }
  return jobs;
}

async function spaceFor(
  host: QueryHost,
  definition: DomainXml,
  inputs: SnapshotInputs,
): Promise<Surroundings["space"]> {
  const file = memoryFile(definition, inputs);
  const free = file === undefined ? undefined : await host.freeBytes(file);
  return file === undefined || free === undefined ? undefined : { file, free };
}

async function overlayUnseen(
  host: QueryHost,
  definition: DomainXml,
  inputs: SnapshotInputs,
): Promise<string | undefined> {
  if (definition.id !== undefined) return undefined;
  for (const { file, below } of writtenFiles(definition, inputs)) {
    if (below !== undefined && (await host.fileMode(below)) === undefined) return file;
  }
  return undefined;
}

/** The file that the memory goes into, where any does. */
export function memoryFile(definition: DomainXml, inputs: SnapshotInputs): string | undefined {
  const { memory, disks } = shapeOf(definition, inputs);
  if (memory === "no") return undefined;
  if (memory === "external") return inputs.memory?.file;
  return disks.find(({ kind }) => kind === "internal")?.disk.source;
}
