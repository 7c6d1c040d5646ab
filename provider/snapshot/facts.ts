import type { DomainRef } from "../hypervisor/results.js";
import type { SnapshotXml } from "../xml/snapshot.js";
import type { CapturedDisk, Consistency, SnapshotFacts } from "./outputs.js";

/** What cannot be read from the host again, and is carried from state to state. */
export type Kept = Pick<SnapshotFacts, "host" | "consistency" | "lastRevert" | "safetySnapshots">;

/** What a snapshot says about itself. */
export type ReadFacts = Omit<SnapshotFacts, keyof Kept>;

export function readFacts(domain: DomainRef, snapshot: SnapshotXml, current: string | undefined): ReadFacts {
  const capturedDisks = snapshot.disks.flatMap(({ name, snapshot: kind, source }): CapturedDisk[] => {
    if (kind === "internal") return [{ name, snapshot: kind }];
    if (kind === "external")
      return [{ name, snapshot: kind, ...(source === undefined ? {} : { file: source }) }];
    return [];
  });
  return {
    domainUuid: domain.uuid,
    domainName: domain.name,
    creationTime: toRfc3339(snapshot.creationTime),
    state: snapshot.state,
    location: location([...capturedDisks, snapshot.memory]),
    ...(snapshot.parent === undefined ? {} : { parent: snapshot.parent }),
    isCurrent: current === snapshot.name,
    capturedDisks,
    capturedMemory: snapshot.memory,
  };
}

/** What was seen when the snapshot was taken, and is not written down in it. */
export interface Evidence {
  /** The guest agent had frozen the file systems. */
  quiesced: boolean;
  /** The domain was off with its memory saved: the disks are those of a guest that has not shut down. */
  suspended: boolean;
}

/** What a snapshot is good for, judged by what is in it and what was seen when it was taken. */
export function achieved({ state, memory }: SnapshotXml, seen: Partial<Evidence> = {}): Consistency {
  if (state === "shutoff") return seen.suspended === true ? "crash-consistent" : "offline";
  if (memory.snapshot !== "no") return "memory";
  return seen.quiesced === true ? "quiesced" : "crash-consistent";
}

export function toRfc3339(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}

function location(parts: readonly { snapshot: "no" | "internal" | "external" }[]): SnapshotFacts["location"] {
  const external = parts.some(({ snapshot }) => snapshot === "external");
  const internal = parts.some(({ snapshot }) => snapshot === "internal");
  return external && internal ? "mixed" : external ? "external" : "internal";
}
