import { chainRefusal } from "../../capabilities/chain-depth.js";
import { refusalToTake, type Refusal } from "../../capabilities/snapshot-rules.js";
import { quote, shellQuoted } from "../../errors.js";
import type { SnapshotInputs } from "../inputs.js";
import { writtenFiles } from "../written-files.js";
import type { CreateFacts } from "./look.js";

/**
 * Why the snapshot cannot be taken: what libvirt would refuse, what it would ignore, and what it would overwrite
 * without a word.
 */
export function unmetPrecondition(inputs: SnapshotInputs, facts: CreateFacts): Refusal | undefined {
  return (
    refusalToTake(facts.definition, inputs, facts.version, facts.missing) ??
    chainRefusal(facts.chains, facts.version) ??
    memoryFileExists(inputs, facts) ??
    orphanedTag(inputs, facts) ??
    overlayInUse(inputs, facts) ??
    alreadyFrozen(facts)
  );
}

/** A domain has only one snapshot of a name, and `adopt` takes that one over. */
export function nameTaken({ adopt }: SnapshotInputs): Refusal | undefined {
  if (adopt === true) return undefined;
  return {
    conflict: true,
    property: "name",
    reason: "the domain already has a snapshot of that name",
    remedy:
      "Choose another name, delete that snapshot first, or take it over with adopt: true, for instance after an update that was interrupted.",
  };
}

/** libvirt overwrites it, even if it is the memory of another snapshot. */
function memoryFileExists({ memory }: SnapshotInputs, facts: CreateFacts): Refusal | undefined {
  if (memory?.file === undefined || !facts.memoryFileExists) return undefined;
  if (facts.memoryFileHalfWritten === true) return halfWritten(memory.file);
  return {
    conflict: true,
    property: "memory.file",
    reason: `the host already has a file ${quote(memory.file)}, and libvirt would overwrite it`,
    remedy: "Name another file, or remove that one.",
  };
}

function halfWritten(file: string): Refusal {
  return {
    conflict: true,
    property: "memory.file",
    reason:
      `the host already has a file ${quote(file)}, with memory that was written only in part: probably by a snapshot ` +
      "of that file whose daemon or host went down",
    remedy: `Nothing can go back to it. Unless something is writing it now, remove it on the host: rm ${shellQuoted(file)}`,
  };
}

/** The file that libvirt would make is one that a disk is on: not one to move away. */
function overlayInUse(inputs: SnapshotInputs, { domain, definition }: CreateFacts): Refusal | undefined {
  for (const { file, property } of writtenFiles(definition, inputs)) {
    const disk = definition.disks.find(({ source }) => source === file);
    if (disk === undefined) continue;
    return {
      conflict: true,
      property,
      reason: `libvirt would make the overlay ${quote(file)}, and disk ${disk.target} is on that file already`,
      remedy:
        "Choose another name. If no snapshot is listed for that overlay, an interrupted create left the domain on it. " +
        `To merge it into the image below it, while the domain runs: virsh blockcommit ${domain.uuid} ${disk.target} ` +
        `--active --pivot --wait. After that: rm ${shellQuoted(file)}`,
    };
  }
  return undefined;
}

/** To freeze twice is refused, and the thaw of this snapshot would end what the other needs. */
function alreadyFrozen({ domain, frozen }: CreateFacts): Refusal | undefined {
  if (frozen !== true) return undefined;
  return {
    conflict: true,
    property: "quiesce",
    reason: "the guest's file systems are frozen already, for instance by a backup",
    remedy: `Wait until it has thawed them. If nothing needs them frozen any more: virsh domfsthaw ${domain.uuid}`,
  };
}

/** QEMU would overwrite the tag while the domain runs, and make a second one of that name while it is off. */
export function orphanedTag(
  { name }: Pick<SnapshotInputs, "name">,
  { domain, taggedImages }: Pick<CreateFacts, "domain" | "taggedImages">,
): Refusal | undefined {
  const [image] = taggedImages;
  if (image === undefined) return undefined;
  return {
    conflict: true,
    property: "name",
    reason: `the image ${quote(image)} holds a snapshot ${quote(name)} that libvirt does not know`,
    remedy:
      "It may be someone's recovery point: choose another name. To see what it is: " +
      `qemu-img info -U ${quote(image)}. To have libvirt list it again: virsh snapshot-create ${domain.name} FILE ` +
      "--redefine; docs/troubleshooting.md shows the FILE. Only if nobody needs it, remove it while the domain is off: " +
      `qemu-img snapshot -d ${quote(name)} ${quote(image)}`,
  };
}
