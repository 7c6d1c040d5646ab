import { chainRefusal } from "../../capabilities/chain-depth.js";
import { refusalToTake, type Refusal } from "../../capabilities/snapshot-rules.js";
import { quote } from "../../errors.js";
import type { SnapshotInputs } from "../inputs.js";
import type { CreateFacts } from "./look.js";

/**
 * Why the snapshot cannot be taken: what libvirt would refuse, what it would ignore, and what it would overwrite
 * without a word.
 */
export function unmetPrecondition(inputs: SnapshotInputs, facts: CreateFacts): Refusal | undefined {
  return (
    refusalToTake(facts.definition, inputs, facts.version) ??
    chainRefusal(facts.chains, facts.version) ??
    memoryFileExists(inputs, facts) ??
    orphanedTag(inputs, facts)
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
  return {
    conflict: true,
    property: "memory.file",
    reason: `the host already has a file ${quote(memory.file)}, and libvirt would overwrite it`,
    remedy: "Name another file, or remove that one.",
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
