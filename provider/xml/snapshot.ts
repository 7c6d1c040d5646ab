import { escapeXml } from "./characters.js";
import { defined } from "./defined.js";
import { parseDocument } from "./document.js";
import { readDomain, readSource, type DomainXml } from "./domain.js";
import type { XmlElement } from "./element.js";

const memoryChoices = ["no", "internal", "external"] as const;
const diskChoices = ["no", "internal", "external", "manual"] as const;

/** `memory/@snapshot`, `memory/@file` */
export interface SnapshotMemory {
  snapshot: (typeof memoryChoices)[number];
  file?: string;
}

/** `disks/disk` */
export interface SnapshotDisk {
  /** `@name`: the disk's target */
  name: string;
  /** `@snapshot` */
  snapshot: (typeof diskChoices)[number];
  /** `@type` */
  type?: string;
  /** `driver/@type` */
  driver?: string;
  /** `source/@file` or `source/@dev` */
  source?: string;
  /** `snapshotDeleteInProgress`: a delete of this disk has started and not ended, or was interrupted */
  deleteInProgress?: true;
}

/** `domainsnapshot`, as `snapshot-dumpxml` prints it. */
export interface SnapshotXml {
  name: string;
  description?: string;
  /** `state`: running, paused, shutdown, shutoff, crashed, pmsuspended, blocked, disk-snapshot */
  state: string;
  /** `parent/name` */
  parent?: string;
  /** Seconds since the epoch. */
  creationTime: number;
  memory: SnapshotMemory;
  disks: SnapshotDisk[];
  /** `revertDisks/disk`: the overlays that the last revert to this external snapshot created */
  revertDisks?: SnapshotDisk[];
  /** `domain`: the definition that a revert restores. */
  domain?: DomainXml;
  /** `inactiveDomain` */
  inactiveDomain?: DomainXml;
}

export function parseSnapshot(xml: string): SnapshotXml {
  const root = parseDocument(xml, "domainsnapshot");
  const state = root.requiredText("state");
  const [domain, inactiveDomain] = [root.child("domain"), root.child("inactiveDomain")];
  return defined({
    name: root.requiredText("name"),
    description: root.child("description")?.text,
    state,
    parent: root.child("parent")?.requiredText("name"),
    creationTime: root.requiredInteger("creationTime"),
    memory: readMemory(root.child("memory"), state),
    disks: root.child("disks")?.all("disk").map(readDisk) ?? [],
    revertDisks: root.child("revertDisks")?.all("disk").map(readDisk),
    domain: domain && readDomain(domain),
    inactiveDomain: inactiveDomain && readDomain(inactiveDomain),
  });
}

/** The persistent definition that a revert restores, as a document contains it. */
export function definitionOf(xml: string): XmlElement | undefined {
  const root = parseDocument(xml, "domainsnapshot");
  return root.child("inactiveDomain") ?? root.child("domain");
}

/** Whether the state that a revert restores is in files of its own. */
export function isExternal({ disks, memory }: Pick<SnapshotXml, "disks" | "memory">): boolean {
  return memory.snapshot === "external" || disks.some(({ snapshot }) => snapshot === "external");
}

/** The same document with another description, or without one, otherwise unchanged. */
export function withDescription(xml: string, description: string | undefined): string {
  const root = parseDocument(xml, "domainsnapshot");
  const name = root.requiredChild("name");
  const old = root.child("description");
  const added = description === undefined ? "" : `<description>${escapeXml(description)}</description>`;
  if (old === undefined) {
    const addedLine = added && blankBefore(xml, name) + added;
    return xml.slice(0, name.end) + addedLine + xml.slice(name.end);
  }
  const start = description === undefined ? old.start - blankBefore(xml, old).length : old.start;
  return xml.slice(0, start) + added + xml.slice(old.end);
}

function readMemory(memory: XmlElement | undefined, state: string): SnapshotMemory {
  // libvirt assumes this if the element is missing, as in metadata older than external snapshots.
  const isOffline = state === "shutoff" || state === "disk-snapshot";
  if (memory === undefined) return { snapshot: isOffline ? "no" : "internal" };
  return defined({
    snapshot: memory.requiredChoice("snapshot", memoryChoices),
    file: memory.attribute("file"),
  });
}

function readDisk(disk: XmlElement): SnapshotDisk {
  return defined({
    name: disk.requiredAttribute("name"),
    snapshot: disk.requiredChoice("snapshot", diskChoices),
    type: disk.attribute("type"),
    driver: disk.child("driver")?.attribute("type"),
    source: readSource(disk),
    deleteInProgress: disk.child("snapshotDeleteInProgress") && (true as const),
  });
}

/** The line break and indentation before `element`. */
function blankBefore(xml: string, element: XmlElement): string {
  return xml.slice(xml.slice(0, element.start).trimEnd().length, element.start);
}
