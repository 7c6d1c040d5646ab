import type { DomainDisk, DomainXml } from "../xml/domain.js";

export type Kind = "no" | "internal" | "external";

export interface WantedDisk {
  name: string;
  snapshot: Kind;
  file?: string | undefined;
}

/** The inputs of a snapshot that decide its shape. */
export interface Wanted {
  name: string;
  diskOnly?: boolean | undefined;
  memory?: { snapshot: Kind } | undefined;
  disks?: readonly WantedDisk[] | undefined;
  quiesce?: "none" | "preferred" | "required" | undefined;
  live?: boolean | undefined;
  halt?: boolean | undefined;
}

/** The snapshot that libvirt would take of a domain as it is now. */
export interface Shape {
  active: boolean;
  /** What libvirt does with everything that the inputs leave open. */
  mode: "internal" | "external";
  memory: Kind;
  disks: readonly { disk: DomainDisk; kind: Kind; asked?: WantedDisk | undefined }[];
}

/**
 * libvirt's own rules for what the inputs leave open:
 *
 *     domain   asked          memory     disks
 *     off      nothing        –          internal
 *     off      diskOnly       –          external
 *     active   nothing        internal   internal
 *     active   diskOnly       –          external
 *     active   memory file    external   external
 */
export function shapeOf(domain: DomainXml, { diskOnly, memory, disks = [] }: Wanted): Shape {
  const active = domain.id !== undefined;
  const mode = diskOnly === true || memory?.snapshot === "external" ? "external" : "internal";
  return {
    active,
    mode,
    memory: !active || diskOnly === true ? "no" : (memory?.snapshot ?? "internal"),
    disks: domain.disks.filter(holdsState).map((disk) => {
      const asked = disks.find(({ name }) => name === disk.target || name === disk.source);
      return { disk, asked, kind: asked?.snapshot ?? ownChoice(disk) ?? mode };
    }),
  };
}

/** Read-only disks, and drives without a disc, have no state to capture. */
export function holdsState({ device, readonly, source, type }: DomainDisk): boolean {
  return (device === "disk" || device === "lun") && !readonly && (source !== undefined || type === "network");
}

/** `disk/@snapshot` in the domain's own definition. */
function ownChoice({ snapshot }: DomainDisk): Kind | undefined {
  return snapshot === "no" || snapshot === "internal" || snapshot === "external" ? snapshot : undefined;
}
