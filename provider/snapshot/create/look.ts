import { shapeOf } from "../../capabilities/snapshot-shape.js";
import type { DomainXml } from "../../xml/domain.js";
import { unlike } from "./adopt.js";
import type { DomainRef, Looks } from "../../hypervisor/host.js";
import type { SnapshotInputs } from "../inputs.js";
import { nameTaken, obstacle } from "./preconditions.js";
import { memoryGoesInto, type Prospect } from "../preview/create-lines.js";
import type { PartialState } from "../state.js";

/** Looks at what a create would meet, asking what create itself asks. Changes nothing. */
export async function lookBeforeCreate(
  looks: Looks,
  { uuid }: DomainRef,
  inputs: SnapshotInputs,
): Promise<Prospect> {
  const [definition, existing, saves] = await Promise.all([
    looks.domainXml(uuid),
    looks.listSnapshots(uuid),
    looks.listManagedSaves(),
  ]);
  const seen = { definition, managedSave: saves.includes(uuid), jobs: [] };
  if (existing.includes(inputs.name)) {
    const taken = nameTaken(inputs);
    if (taken !== undefined) return { ...seen, refusal: taken };
    const { snapshot } = await looks.readSnapshot(uuid, inputs.name);
    return {
      ...seen,
      differences: unlike(snapshot, inputs, definition),
      description: snapshot.description,
    };
  }
  const refusal = await obstacle(looks, definition, inputs);
  if (refusal !== undefined) return { ...seen, refusal };
  const [jobs, room] = await Promise.all([
    jobsOf(looks, definition, inputs),
    roomFor(looks, definition, inputs),
  ]);
  return { ...seen, jobs, room };
}

async function jobsOf(
  looks: Looks,
  definition: DomainXml,
  inputs: SnapshotInputs,
): Promise<Prospect["jobs"]> {
  const { active, disks } = shapeOf(definition, inputs);
  if (!active) return [];
  const jobs: { disk: string; kind: string }[] = [];
  for (const { target } of disks.filter(({ kind }) => kind !== "no").map(({ disk }) => disk)) {
    const kind = await looks.blockJob(definition.uuid, target);
    if (kind !== undefined) jobs.push({ disk: target, kind });
  }
  return jobs;
}

async function roomFor(
  looks: Looks,
  definition: DomainXml,
  inputs: SnapshotInputs,
): Promise<Prospect["room"]> {
  const file = memoryGoesInto(definition, inputs);
  const free = file === undefined ? undefined : await looks.freeBytes(file);
  return file === undefined || free === undefined ? undefined : { file, free };
}

/** The host as it will be once a snapshot has gone, which is deleted before another takes its name. */
export function without(looks: Looks, gone: PartialState): Looks {
  // Where libvirt only forgets it, its data stays in the way.
  const tagStays = gone.deleteScope === "metadata";
  const memoryFile = tagStays ? undefined : gone.capturedMemory?.file;
  return {
    ...looks,
    listSnapshots: async (uuid, filter) =>
      (await looks.listSnapshots(uuid, filter)).filter((name) => name !== gone.name),
    imageTags: async (path) => (await looks.imageTags(path))?.filter((tag) => tagStays || tag !== gone.name),
    fileExists: async (path) => path !== memoryFile && (await looks.fileExists(path)),
  };
}
