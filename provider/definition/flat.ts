import { createHash } from "node:crypto";
import type { XmlElement } from "../xml/element.js";
import { inKiB } from "./memory.js";
import { isStamp } from "./stamp.js";

/**
 * Everything that a definition states, by its place: `devices/disk[vda]/driver@cache`. What says nothing is left out:
 * blanks, comments, the order of different elements and of attributes, the unit of an amount of memory, the case of a MAC
 * address, the domain's UUID, and the stamp.
 */
export type FlatDefinition = ReadonlyMap<string, string>;

export function flattened(domain: XmlElement): FlatDefinition {
  const stated = new Map<string, string>();
  const type = domain.attribute("type");
  if (type !== undefined) stated.set("@type", type);
  addChildren(stated, domain, "");
  return stated;
}

/** Digest of a definition that libvirt printed, without the name, what a snapshot changes, and what others note in it. */
export function definitionDigest(domain: XmlElement): string {
  const overlaid = diskTargets(domain).map((target) => `devices/disk[${target}]`);
  const lasting = [...flattened(domain)].filter(
    ([place]) =>
      place !== "name" &&
      !isWithin(place, "metadata") &&
      !overlaid.some((disk) => OF_THE_IMAGE.some((part) => isWithin(place, disk + part))),
  );
  return createHash("sha256")
    .update(JSON.stringify(lasting.sort(byPlace)))
    .digest("hex");
}

/** What an external snapshot changes about a disk. */
const OF_THE_IMAGE = ["@type", "/driver@type", "/source", "/backingStore"];

/** The disks that snapshots capture. What is in a drive only people change. */
function diskTargets(domain: XmlElement): (string | undefined)[] {
  const disks = domain.child("devices")?.all("disk") ?? [];
  return disks
    .filter((disk) => !["cdrom", "floppy"].includes(disk.attribute("device") ?? ""))
    .map((disk) => keyOf(disk));
}

/** Whether `place` is `outer`, an attribute of it, or within it. */
function isWithin(place: string, outer: string): boolean {
  return place === outer || (place.startsWith(outer) && /^[/@[]/.test(place.slice(outer.length)));
}

function byPlace([one]: [string, string], [other]: [string, string]): number {
  return one < other ? -1 : 1;
}

function addChildren(stated: Map<string, string>, parent: XmlElement, path: string): void {
  const seen = new Map<string, number>();
  for (const child of parent.children) {
    if (isStamp(child) || (path === "" && child.name === "uuid")) continue;
    if (child.name === "metadata" && child.children.every(isStamp)) continue;
    const key = keyOf(child);
    const label = path + (key === undefined ? child.name : `${child.name}[${key}]`);
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    add(stated, child, count === 1 ? label : `${label}(${count})`);
  }
}

function add(stated: Map<string, string>, element: XmlElement, path: string): void {
  const amount = AMOUNTS.includes(element.name) ? inKiB(element) : undefined;
  const text = element.children.length > 0 ? "" : element.text.trim();
  stated.set(path, amount === undefined ? text : `${amount} KiB`);
  for (const [name, value] of element.attributes) {
    if (name.startsWith("xmlns") || (amount !== undefined && name === "unit")) continue;
    stated.set(`${path}@${name}`, element.name === "mac" ? value.toLowerCase() : value);
  }
  addChildren(stated, element, `${path}/`);
}

const AMOUNTS = ["memory", "currentMemory", "maxMemory"];

/** What tells an element from its siblings of the same name, wherever it is among them. */
function keyOf(element: XmlElement): string | undefined {
  const parts = KEYS[element.name]?.map((path) => valueAt(element, path)) ?? [];
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.join(" ").toLowerCase();
}

/** By the element's name, its own attributes and those of its children. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  disk: ["target@dev"],
  interface: ["mac@address"],
  controller: ["@type", "@index"],
  channel: ["target@name"],
  filesystem: ["target@dir"],
  graphics: ["@type"],
  feature: ["@name"],
  timer: ["@name"],
  vcpupin: ["@vcpu"],
  cell: ["@id"],
};

function valueAt(element: XmlElement, path: string): string | undefined {
  const [child = "", attribute = ""] = path.split("@");
  return (child === "" ? element : element.all(child)[0])?.attribute(attribute);
}
