import { shapeOf } from "../../../capabilities/snapshot-shape.js";
import { isVirshError } from "../../../errors.js";
import type { Host, QueryHost } from "../../../hypervisor/host.js";
import { lookAfterwards, type Afterwards } from "../../afterwards.js";
import { areFrozen } from "../../frozen.js";
import { whyNeeded } from "../../image-uses.js";
import type { SnapshotInputs } from "../../inputs.js";
import type { CreateFacts } from "../look.js";
import { writtenFiles } from "../../written-files.js";

/** A create that did not succeed: what it was to do, and what was known right before. */
export interface Attempt {
  inputs: SnapshotInputs;
  facts: CreateFacts;
  /** Whether file systems were to be frozen for it. */
  quiesce: boolean;
}

/** What is there after a create that did not succeed. */
export interface Left extends Afterwards {
  /** Whether file systems are frozen; asked only where they were to be. */
  frozen: boolean | undefined;
  /** Whether libvirt lists a snapshot of that name. Then none of the following is looked at: it may belong to that one. */
  listed: boolean;
  /** The disks whose image holds the tag, and was seen without it before. */
  tagged: readonly TaggedDisk[];
  /** Whether each disk that was to be captured is among them. */
  allTagged: boolean;
  /** The files that libvirt makes for the snapshot, as far as they are there now, each with what uses it. */
  files: readonly LeftFile[];
  /** Why tags and files could not be looked at, in libvirt's words. */
  unseen?: string;
}

export interface TaggedDisk {
  target: string;
  image: string;
}

export interface LeftFile {
  file: string;
  /** The disk that the domain now writes to this file with: it went over to it, and no snapshot says so. */
  disk?: string;
  /** Why it must stay, as a clause. */
  neededBy: string | undefined;
}

export async function lookAtLeft(later: Host, attempt: Attempt): Promise<Left> {
  const { inputs, facts, quiesce } = attempt;
  const { uuid } = facts.domain;
  const afterwards = await lookAfterwards(later, uuid);
  const [frozen, names] = await Promise.all([
    quiesce && afterwards.state === "running" ? areFrozenOnceAnswered(later, uuid) : undefined,
    later.listSnapshots(uuid),
  ]);
  const seen = { ...afterwards, frozen, tagged: [], allTagged: false, files: [] };
  if (names.includes(inputs.name)) return { ...seen, listed: true };
  try {
    const [tags, files] = await Promise.all([lookAtTags(later, attempt), lookAtFiles(later, attempt)]);
    return { ...seen, listed: false, ...tags, files };
  } catch (error) {
    // That must not keep the domain from being resumed.
    if (!isVirshError(error)) throw error;
    return { ...seen, listed: false, unseen: error.said };
  }
}

const PAUSE_MS = 500;
const PATIENCE_MS = 10_000;

/** The agent is connected again only some time after the daemon. */
async function areFrozenOnceAnswered(later: Host, uuid: string): Promise<boolean | undefined> {
  const enough = later.remaining() - PATIENCE_MS;
  for (;;) {
    const frozen = await areFrozen(later, uuid);
    if (frozen !== undefined || later.remaining() < enough) return frozen;
    await later.pause(PAUSE_MS);
  }
}

/** A qemu-img that a daemon started to take a snapshot of a domain that is off goes on when the daemon dies. */
async function untilUnlocked(later: Host, image: string): Promise<void> {
  const enough = later.remaining() - PATIENCE_MS;
  while ((await later.isLocked(image)) === true && later.remaining() > enough) await later.pause(PAUSE_MS);
}

async function lookAtTags(
  later: Host,
  { inputs, facts }: Attempt,
): Promise<Pick<Left, "tagged" | "allTagged">> {
  const { mode, disks } = shapeOf(facts.definition, inputs);
  if (mode === "external") return { tagged: [], allTagged: false };
  const tagged: TaggedDisk[] = [];
  for (const { target, source } of disks.map(({ disk }) => disk)) {
    if (source === undefined || !facts.untaggedImages.includes(source)) continue;
    if (facts.definition.id === undefined) await untilUnlocked(later, source);
    const tags = await later.imageTags(source);
    if (tags?.includes(inputs.name) === true) tagged.push({ target, image: source });
  }
  return { tagged, allTagged: tagged.length > 0 && tagged.length === disks.length };
}

async function lookAtFiles(later: QueryHost, { inputs, facts }: Attempt): Promise<LeftFile[]> {
  const found: LeftFile[] = [];
  const { disks } = await later.domainXml(facts.domain.uuid);
  for (const { file } of writtenFiles(facts.definition, inputs)) {
    if (!(await later.fileExists(file))) continue;
    const [real = file] = (await later.imageFiles(file)) ?? [];
    const disk = disks.find(({ source }) => source === file || source === real)?.target;
    found.push({
      file,
      ...(disk === undefined ? {} : { disk }),
      neededBy: await whyNeeded(later, facts.domain, [file, real]),
    });
  }
  return found;
}
