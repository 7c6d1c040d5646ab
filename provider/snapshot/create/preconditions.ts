import { refusalToTake, type Refusal } from "../../capabilities/snapshot-rules.js";
import { shapeOf } from "../../capabilities/snapshot-shape.js";
import { quote } from "../../errors.js";
import type { DomainXml } from "../../xml/domain.js";
import type { Looks } from "../../hypervisor/host.js";
import type { SnapshotInputs } from "../inputs.js";

/**
 * Why the snapshot cannot be taken of the domain as it is now, found before anything is touched: what libvirt would
 * refuse, what it would ignore, and what it would overwrite without a word.
 */
export async function obstacle(
  host: Looks,
  domain: DomainXml,
  inputs: SnapshotInputs,
): Promise<Refusal | undefined> {
  return (
    refusalToTake(domain, inputs, await host.daemonVersion()) ??
    (await memoryFileThere(host, inputs)) ??
    (await orphanedTag(host, domain, inputs))
  );
}

/** A name is given once on a domain; `adopt` is about what has it. */
export function nameTaken({ adopt }: SnapshotInputs): Refusal | undefined {
  if (adopt === true) return undefined;
  return {
    conflict: true,
    property: "name",
    reason: "the domain has a snapshot of that name already",
    remedy:
      "Give this one another name, delete the other first, or take it over with adopt: true, as after a pulumi up that was cut short.",
  };
}

/** libvirt overwrites it, be it the memory of another snapshot. */
async function memoryFileThere(host: Looks, { memory }: SnapshotInputs): Promise<Refusal | undefined> {
  if (memory?.file === undefined || !(await host.fileExists(memory.file))) return undefined;
  return {
    conflict: true,
    property: "memory.file",
    reason: `there is a file ${quote(memory.file)} on the host already, and libvirt would overwrite it`,
    remedy: "Name another file, or remove that one.",
  };
}

/**
 * A tag in an image without a snapshot of libvirt's: QEMU would overwrite it while the domain runs, and make a second one
 * of that name while it is off.
 */
async function orphanedTag(
  host: Looks,
  domain: DomainXml,
  inputs: SnapshotInputs,
): Promise<Refusal | undefined> {
  const { mode, disks } = shapeOf(domain, inputs);
  if (mode === "external") return undefined;
  for (const { source } of disks.map(({ disk }) => disk)) {
    if (source === undefined || !(await host.imageTags(source))?.includes(inputs.name)) continue;
    return {
      conflict: true,
      property: "name",
      reason: `the image ${quote(source)} holds a snapshot ${quote(inputs.name)} that libvirt does not know`,
      remedy: `Choose another name, or remove it while the domain is off: qemu-img snapshot -d ${quote(inputs.name)} ${quote(source)}`,
    };
  }
  return undefined;
}
