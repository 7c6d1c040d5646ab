import { shapeOf } from "../capabilities/snapshot-shape.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { SnapshotDisk, SnapshotXml } from "../xml/snapshot.js";
import type { SnapshotInputs } from "./inputs.js";

type DiskInput = NonNullable<SnapshotInputs["disks"]>[number];

/**
 * Inputs that describe a snapshot that exists: with them, one of the same shape would be taken of the domain again.
 * They name no overlay, because the file of a new one must not exist yet. What happened while it was taken (`quiesce`,
 * `live`, …) is written nowhere.
 */
export function describingInputs(domain: DomainRef, snapshot: SnapshotXml): SnapshotInputs {
  const { name, description, memory, disks } = snapshot;
  const diskOnly = memory.snapshot === "no" && isMostlyExternal(disks);
  const memoryFile = memory.snapshot === "external" ? memory.file : undefined;
  const shape: Pick<SnapshotInputs, "diskOnly" | "memory"> = {
    ...(diskOnly ? { diskOnly } : {}),
    ...(memoryFile === undefined ? {} : { memory: { snapshot: "external", file: memoryFile } }),
  };
  const special = specialDisks(snapshot, shape);
  return {
    domain: domainInput(domain),
    name,
    ...(description === undefined ? {} : { description }),
    ...shape,
    ...(special.length === 0 ? {} : { disks: special }),
  };
}

/** A name that could be taken for a UUID or a numeric ID is not used. */
function domainInput({ name, uuid }: DomainRef): string {
  return /^\d+$|^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(name) ? uuid : name;
}

function isMostlyExternal(disks: readonly SnapshotDisk[]): boolean {
  return (
    disks.some(({ snapshot }) => snapshot === "external") &&
    !disks.some(({ snapshot }) => snapshot === "internal")
  );
}

/** The disks to which something else happened than by default. */
function specialDisks(
  { name, domain, disks }: SnapshotXml,
  { diskOnly, memory }: Pick<SnapshotInputs, "diskOnly" | "memory">,
): DiskInput[] {
  const wanted = { name, diskOnly, memory };
  const mode = diskOnly === true || memory !== undefined ? "external" : "internal";
  const byDefault =
    domain && new Map(shapeOf(domain, wanted).disks.map(({ disk, kind }) => [disk.target, kind]));
  return disks.flatMap(({ name: target, snapshot: kind }): DiskInput[] => {
    // A disk whose overlay was prepared by hand cannot be declared.
    const actual = kind === "manual" ? "no" : kind;
    // Without a definition, a disk that was left out may be one without a state.
    const expected =
      byDefault === undefined ? (actual === "no" ? "no" : mode) : (byDefault.get(target) ?? "no");
    return actual === expected ? [] : [{ name: target, snapshot: actual }];
  });
}
