import { shapeOf } from "../../capabilities/snapshot-shape.js";
import { quote } from "../../errors.js";
import type { DomainXml } from "../../xml/domain.js";
import type { SnapshotXml } from "../../xml/snapshot.js";
import type { SnapshotInputs } from "../inputs.js";

/** How a snapshot that is to be adopted differs from what is declared, each as a clause. */
export function differences(found: SnapshotXml, inputs: SnapshotInputs, definition: DomainXml): string[] {
  const { diskOnly = false, memory, disks = [] } = inputs;
  const clauses: string[] = [];
  const differ = (property: string, declared: string, there: string) => {
    if (declared !== there) clauses.push(`${property} is ${quote(there)}, not ${quote(declared)}`);
  };
  if (diskOnly) differ("memory", "no", found.memory.snapshot);
  if (memory !== undefined) differ("memory", memory.snapshot, found.memory.snapshot);
  if (memory?.file !== undefined) differ("memory.file", memory.file, found.memory.file ?? "none");
  // A declaration without disks means all of them, in one mode.
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
  return clauses;
}

/** A disk may be named by its image, also by one that an overlay has replaced since. */
function targetOf(name: string, { domain }: SnapshotXml, now: DomainXml): string {
  const disks = [...(domain?.disks ?? []), ...now.disks];
  return disks.find(({ target, source }) => name === target || name === source)?.target ?? name;
}
