import { shapeOf } from "../capabilities/snapshot-shape.js";
import type { DomainXml } from "../xml/domain.js";
import type { SnapshotInputs } from "./inputs.js";

/** A file that does not exist yet and that libvirt makes for a snapshot. */
export interface WrittenFile {
  file: string;
  /** The input that names it, or that it follows from. */
  property: string;
}

/** The files that a create makes: the memory file and the overlays. A block device, and an overlay to reuse, are there before. */
export function writtenFiles(
  definition: DomainXml,
  inputs: Pick<SnapshotInputs, "name" | "diskOnly" | "memory" | "disks" | "reuseExternal">,
): WrittenFile[] {
  const { name, memory, disks: asked = [], reuseExternal } = inputs;
  const { disks } = shapeOf(definition, inputs);
  const overlays = disks.flatMap(({ disk, kind }): WrittenFile[] => {
    if (kind !== "external") return [];
    const { file, type } = asked.find((each) => each.name === disk.target || each.name === disk.source) ?? {};
    if (type === "block" || (file !== undefined && reuseExternal === true)) return [];
    const overlay = file ?? generatedOverlay(disk.source, name);
    return overlay === undefined ? [] : [{ file: overlay, property: file === undefined ? "name" : "disks" }];
  });
  return memory?.file === undefined
    ? overlays
    : [{ file: memory.file, property: "memory.file" }, ...overlays];
}

/** libvirt's own choice: the image's path with the snapshot's name in place of its extension. */
function generatedOverlay(image: string | undefined, name: string): string | undefined {
  if (image === undefined) return undefined;
  const start = image.lastIndexOf("/") + 1;
  const dot = image.lastIndexOf(".");
  return `${dot > start ? image.slice(0, dot) : image}.${name}`;
}
