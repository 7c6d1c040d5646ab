import type { SnapshotXml } from "../xml/snapshot.js";
import type { SnapshotDocument, DomainRef } from "../hypervisor/host.js";
import { snapshotInputs, type SnapshotInputs } from "./inputs.js";

/** Version of the shape of outputs. Older ones stay readable for ever: they are in people's state files. */
export const SCHEMA_VERSION = 1;

/** A disk as the snapshot captured it. */
export interface CapturedDisk {
  /** The disk's target: `vda`. */
  name: string;
  /** Where its state is kept: inside the image, or in the image below an overlay. */
  snapshot: "internal" | "external";
  /** The overlay file that was made (external). */
  file?: string;
}

/** The memory as the snapshot captured it. */
export interface CapturedMemory {
  /** Where it is kept. */
  snapshot: "no" | "internal" | "external";
  /** The file it is in (external). */
  file?: string;
}

/** A snapshot that was taken before a revert, so that it loses nothing. */
export interface SafetySnapshot {
  name: string;
  /** When it was taken, RFC 3339 UTC; absent when it could not be read back. */
  creationTime?: string;
}

/** What a snapshot is good for: file systems frozen, memory with them, as after a power cut, or taken while off. */
export type Consistency = "quiesced" | "memory" | "crash-consistent" | "offline";

/** The latest revert that this resource made. */
export interface LastRevert {
  /** When it was done, RFC 3339 UTC. */
  at: string;
  /** The `revert.triggers` that asked for it. */
  triggers: unknown[];
  /** The snapshot that was taken before it. */
  safetySnapshot?: string;
}

/** What is known of a snapshot beside its inputs. */
export interface SnapshotFacts {
  domainUuid: string;
  domainName: string;
  creationTime: string;
  state: string;
  location: "internal" | "external" | "mixed";
  parent?: string;
  isCurrent: boolean;
  capturedDisks: CapturedDisk[];
  capturedMemory: CapturedMemory;
  consistency: Consistency;
  lastRevert?: LastRevert;
  safetySnapshots?: SafetySnapshot[];
}

/** What cannot be read from the host again, and is carried from state to state. */
export type Kept = Pick<SnapshotFacts, "consistency" | "lastRevert" | "safetySnapshots">;

/** Everything that is kept of a snapshot: its inputs and what was read back. */
export type SnapshotState = SnapshotInputs & SnapshotFacts & { schemaVersion: number };

/** A state as far as it is known: the snapshot was taken but could not be read back. */
export type PartialState = SnapshotInputs &
  Pick<SnapshotState, "schemaVersion" | "domainUuid" | "domainName"> &
  Partial<SnapshotFacts>;

/** The document for every output that is not an input; the SDK's docstrings are made of it. */
export const outputDocs: Record<keyof SnapshotFacts, { type: string; doc: string }> = {
  domainUuid: {
    type: "string",
    doc: "The domain's UUID; with `name` and `creationTime` it identifies the snapshot.",
  },
  domainName: { type: "string", doc: "The domain's name when it was last read." },
  creationTime: {
    type: "string",
    doc: "When the snapshot was taken, RFC 3339 UTC, to the second (`creationTime`).",
  },
  state: {
    type: "string",
    doc: "The domain's state in the snapshot, in libvirt's words (`state`): `running`, `paused`, `shutoff`, `disk-snapshot`, ….",
  },
  location: {
    type: '"internal" | "external" | "mixed"',
    doc: "Where the captured state is kept: inside the disk images, in files beside them, or both.",
  },
  parent: {
    type: "string | undefined",
    doc: "The snapshot this one came after (`parent/name`). Follows reality; never causes a change.",
  },
  isCurrent: {
    type: "boolean",
    doc: "Whether it was the domain's current snapshot when last read. Follows reality; never causes a change.",
  },
  capturedDisks: { type: "CapturedDisk[]", doc: "The disks in the snapshot (`disks`)." },
  capturedMemory: { type: "CapturedMemory", doc: "The memory in the snapshot (`memory`)." },
  consistency: {
    type: "Consistency",
    doc: "What was achieved, from evidence: `quiesced` (the guest agent froze the file systems), `memory` (captured together with them), `crash-consistent` (as after a power cut), `offline` (the domain was off, without a managed-save image).",
  },
  safetySnapshots: {
    type: "SafetySnapshot[] | undefined",
    doc: "The snapshots that were taken before reverts and are kept (`revert.safetySnapshot`).",
  },
  lastRevert: { type: "LastRevert | undefined", doc: "The latest revert that this resource made." },
};

/**
 * What makes a snapshot the same one: a name alone can be taken again by another. One that could never be read back
 * has no time yet.
 */
export interface Target {
  domainUuid: string;
  name: string;
  creationTime?: string | undefined;
}

/** Whether `snapshot`, of the right domain and name, is the one that is meant; without a time the name has to do. */
export function isSame(
  { creationTime }: Pick<Target, "creationTime">,
  snapshot: { creationTime: number },
): boolean {
  return creationTime === undefined || creationTime === toRfc3339(snapshot.creationTime);
}

export function snapshotId({ domainUuid, name }: Pick<Target, "domainUuid" | "name">): string {
  return `${domainUuid}/${name}`;
}

/** What a snapshot tells of itself. */
export type ReadFacts = Omit<SnapshotFacts, keyof Kept>;

/** The state of a snapshot as it was read from the host. */
export function toState(
  inputs: SnapshotInputs,
  domain: DomainRef,
  { snapshot }: SnapshotDocument,
  current: string | undefined,
  kept: Kept,
): SnapshotState {
  const { description: _asked, ...others } = inputs;
  return {
    ...others,
    ...(snapshot.description === undefined ? {} : { description: snapshot.description }),
    schemaVersion: SCHEMA_VERSION,
    ...readFacts(domain, snapshot, current),
    ...kept,
  };
}

export function readFacts(domain: DomainRef, snapshot: SnapshotXml, current: string | undefined): ReadFacts {
  const capturedDisks = snapshot.disks.flatMap(({ name, snapshot: kind, source }): CapturedDisk[] => {
    if (kind === "internal") return [{ name, snapshot: kind }];
    if (kind === "external")
      return [{ name, snapshot: kind, ...(source === undefined ? {} : { file: source }) }];
    return [];
  });
  return {
    domainUuid: domain.uuid,
    domainName: domain.name,
    creationTime: toRfc3339(snapshot.creationTime),
    state: snapshot.state,
    location: location([...capturedDisks, snapshot.memory]),
    ...(snapshot.parent === undefined ? {} : { parent: snapshot.parent }),
    isCurrent: current === snapshot.name,
    capturedDisks,
    capturedMemory: snapshot.memory,
  };
}

/** What a snapshot does not tell of the moment it was taken at. */
export interface Evidence {
  /** The guest agent had frozen the file systems. */
  quiesced: boolean;
  /** The domain was off with its memory saved: the disks are those of a guest that has not shut down. */
  suspended: boolean;
}

/** What a snapshot is good for, by what is in it and what was seen when it was taken. */
export function achieved({ state, memory }: SnapshotXml, seen: Partial<Evidence> = {}): Consistency {
  if (state === "shutoff") return seen.suspended === true ? "crash-consistent" : "offline";
  if (memory.snapshot !== "no") return "memory";
  return seen.quiesced === true ? "quiesced" : "crash-consistent";
}

/** What a state has to carry on; a state that could not be read back learns it from the snapshot. */
export function keptOf(
  { consistency, lastRevert, safetySnapshots }: PartialState,
  snapshot: SnapshotXml,
): Kept {
  return {
    consistency: consistency ?? achieved(snapshot),
    ...(lastRevert === undefined ? {} : { lastRevert }),
    ...(safetySnapshots === undefined ? {} : { safetySnapshots }),
  };
}

/** The inputs within a state: what the program asked for, with the description as the host has it. */
export function inputsOf(state: PartialState): SnapshotInputs {
  return Object.fromEntries(Object.entries(state).filter(([key]) => isInput(key))) as SnapshotInputs;
}

/** The same snapshot as another set of inputs asks for it. */
export function withInputs(state: SnapshotState, inputs: SnapshotInputs): SnapshotState {
  const facts = Object.fromEntries(Object.entries(state).filter(([key]) => !isInput(key)));
  return { ...(facts as Omit<SnapshotState, keyof SnapshotInputs>), ...inputs };
}

function isInput(key: string): boolean {
  return key in snapshotInputs.entries;
}

export function toRfc3339(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}

function location(parts: readonly { snapshot: "no" | "internal" | "external" }[]): SnapshotFacts["location"] {
  const external = parts.some(({ snapshot }) => snapshot === "external");
  const internal = parts.some(({ snapshot }) => snapshot === "internal");
  return external && internal ? "mixed" : external ? "external" : "internal";
}
