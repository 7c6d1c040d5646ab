import { refusalToTake } from "../capabilities/snapshot-rules.js";
import type { Wanted } from "../capabilities/snapshot-shape.js";
import type { DomainXml } from "../xml/domain.js";

/** Whether a kind of snapshot can be taken of a domain as it is now. */
export interface Possibility {
  /** Whether nothing is known against it. */
  possible: boolean;
  /** Why not. */
  reason?: string;
  /** What would make it possible, in the words of a `Snapshot`'s inputs. */
  remedy?: string;
}

/** The kinds of snapshots, and whether each can be taken of the domain as it is now. */
export interface PossibleSnapshots {
  /** Disks and memory inside the images: what libvirt takes of an active domain when it is asked for nothing else. */
  internalWithMemory: Possibility;
  /** Disks alone, inside the images: only of a domain that is off. */
  internalOffline: Possibility;
  /** Disks alone, into overlays: `diskOnly`. */
  diskOnly: Possibility;
  /** Disks into overlays and memory into a file: `memory: { snapshot: "external", file }`. */
  externalWithMemory: Possibility;
  /** Disks alone with their file systems frozen by the guest agent: `diskOnly` with `quiesce: "required"`. */
  quiesced: Possibility;
}

/** A name that every libvirt takes: what is asked is not about names. */
const name = "checkpoint";

const KINDS: Record<keyof PossibleSnapshots, Wanted> = {
  internalWithMemory: { name, memory: { snapshot: "internal" } },
  internalOffline: { name, memory: { snapshot: "no" } },
  diskOnly: { name, diskOnly: true },
  externalWithMemory: { name, memory: { snapshot: "external" } },
  quiesced: { name, diskOnly: true, quiesce: "required" },
};

export function possibleSnapshots(domain: DomainXml, version: string): PossibleSnapshots {
  const entries = Object.entries(KINDS).map(([kind, wanted]): [string, Possibility] => {
    const refusal = refusalToTake(domain, wanted, version);
    if (refusal === undefined) return [kind, { possible: true }];
    return [kind, { possible: false, reason: refusal.reason, remedy: refusal.remedy }];
  });
  return Object.fromEntries(entries) as unknown as PossibleSnapshots;
}
