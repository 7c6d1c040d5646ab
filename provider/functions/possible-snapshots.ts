import { refusalToTake } from "../capabilities/snapshot-rules.js";
import type { Wanted } from "../capabilities/snapshot-shape.js";
import type { DomainXml } from "../xml/domain.js";

/** Whether a kind of snapshot can be taken of a domain now. */
export interface Possibility {
  /** Whether nothing is known to prevent it. */
  possible: boolean;
  /** Why not. */
  reason?: string;
  /** What would make it possible, in terms of a `Snapshot`'s inputs. */
  remedy?: string;
}

/** The kinds of snapshots, and whether each can be taken of the domain now. */
export interface PossibleSnapshots {
  /** Disks and memory inside the images: libvirt's default for an active domain. */
  internalWithMemory: Possibility;
  /** Only disks, inside the images: of a domain that is off. */
  internalOffline: Possibility;
  /** Only disks, into overlays: `diskOnly`. */
  diskOnly: Possibility;
  /** Disks into overlays and memory into a file: `memory: { snapshot: "external", file }`. */
  externalWithMemory: Possibility;
  /** Only disks, with their file systems frozen by the guest agent: `diskOnly` with `quiesce: "required"`. */
  quiesced: Possibility;
}

/** A name that every libvirt accepts: names are not the question here. */
const name = "checkpoint";

const KINDS: Record<keyof PossibleSnapshots, Wanted> = {
  internalWithMemory: { name, memory: { snapshot: "internal" } },
  internalOffline: { name, memory: { snapshot: "no" } },
  diskOnly: { name, diskOnly: true },
  externalWithMemory: { name, memory: { snapshot: "external" } },
  quiesced: { name, diskOnly: true, quiesce: "required" },
};

/** `missing`: the targets of the disks whose images do not exist. */
export function possibleSnapshots(
  domain: DomainXml,
  version: string,
  missing: readonly string[] = [],
): PossibleSnapshots {
  const entries = Object.entries(KINDS).map(([kind, wanted]): [string, Possibility] => {
    const refusal = refusalToTake(domain, wanted, version, missing);
    if (refusal === undefined) return [kind, { possible: true }];
    return [kind, { possible: false, reason: refusal.reason, remedy: refusal.remedy }];
  });
  return Object.fromEntries(entries) as unknown as PossibleSnapshots;
}
