import { shapeOf } from "../../capabilities/snapshot-shape.js";
import { quote, VirshError } from "../../errors.js";
import type { DomainXml } from "../../xml/domain.js";
import { withDescription, type SnapshotXml } from "../../xml/snapshot.js";
import type { Tell } from "../../hypervisor/wait-until-free.js";
import type { DomainRef, Host } from "../../hypervisor/host.js";
import type { SnapshotInputs } from "../inputs.js";
import { isKnown } from "../../schema/unknown.js";

/** Takes over the snapshot of that name, after comparing what can be compared with what the program declares. */
export async function adopt(
  host: Host,
  domain: DomainRef,
  definition: DomainXml,
  inputs: SnapshotInputs,
  tell: Tell,
): Promise<void> {
  const { name, description = "" } = inputs;
  const { xml, snapshot } = await host.readSnapshot(domain.uuid, name);
  const differences = unlike(snapshot, inputs, definition);
  if (differences.length > 0) throw notAsDeclared(domain, name, differences);
  if ((snapshot.description ?? "") === description) return;
  const fate = fateOfDescription(snapshot.description, inputs);
  if (fate !== undefined)
    tell(
      `The description of snapshot ${quote(name)} of ${domain.name}, ${quote(snapshot.description)}, ${fate}.`,
    );
  await host.redefineSnapshot(
    domain.uuid,
    withDescription(xml, description === "" ? undefined : description),
  );
}

/** What becomes of the description that is there, as the end of a sentence; `undefined` where no word of it is lost. */
export function fateOfDescription(
  there: string | undefined,
  { description = "" }: SnapshotInputs,
): string | undefined {
  if (there === undefined || there === "" || there === description) return undefined;
  if (!isKnown(description)) return "becomes one that is not known yet";
  return description === "" ? "is removed, for none is declared" : `becomes ${quote(description)}`;
}

function notAsDeclared(domain: DomainRef, name: string, differences: readonly string[]): VirshError {
  return new VirshError({
    kind: "Conflict",
    tried: `adopt snapshot ${quote(name)} of ${domain.name}`,
    said: `it is not what is declared: ${differences.join("; ")}`,
    next: "Nothing was changed. Declare it as it is, or choose another name.",
  });
}

/** In which ways a snapshot is not what is declared, each as a clause. */
export function unlike(found: SnapshotXml, inputs: SnapshotInputs, definition: DomainXml): string[] {
  const { diskOnly = false, memory, disks = [] } = inputs;
  const differences: string[] = [];
  const differ = (property: string, declared: string, there: string) => {
    if (declared !== there) differences.push(`${property} is ${quote(there)}, not ${quote(declared)}`);
  };
  if (diskOnly) differ("memory", "no", found.memory.snapshot);
  if (memory !== undefined) differ("memory", memory.snapshot, found.memory.snapshot);
  if (memory?.file !== undefined) differ("memory.file", memory.file, found.memory.file ?? "none");
  // Without a word on disks the declaration means all of them, of one mode.
  const { mode } = shapeOf(definition, inputs);
  const targets = new Map(disks.map((disk) => [targetOf(disk.name, found, definition), disk.snapshot]));
  for (const { name, snapshot } of found.disks) {
    const asked = targets.get(name);
    if (asked !== undefined || snapshot !== "no") differ(`disk ${name}`, asked ?? mode, snapshot);
  }
  for (const [name, snapshot] of targets) {
    if (snapshot !== "no" && !found.disks.some((disk) => disk.name === name))
      differ(`disk ${name}`, snapshot, "no");
  }
  return differences;
}

/** A disk may be named by its image as well; by that of then, which an overlay has taken the place of. */
function targetOf(name: string, { domain }: SnapshotXml, now: DomainXml): string {
  const disks = [...(domain?.disks ?? []), ...now.disks];
  return disks.find(({ target, source }) => name === target || name === source)?.target ?? name;
}
