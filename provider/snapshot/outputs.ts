/** A disk as the snapshot captured it. */
export interface CapturedDisk {
  /** The disk's target: `vda`. */
  name: string;
  /** Where its state is kept: inside the image, or in the image below an overlay. */
  snapshot: "internal" | "external";
  /** The overlay file that was made (external). */
  file?: string;
  /** When QEMU took it, RFC 3339 UTC to the nanosecond, as the image said (internal, image readable from here). */
  imageDate?: string;
  /** How long the guest had run then, in seconds to the nanosecond, as the image said. */
  vmClock?: string;
}

/** The memory as the snapshot captured it. */
export interface CapturedMemory {
  /** Where it is kept. */
  snapshot: "no" | "internal" | "external";
  /** The file it is in (external). */
  file?: string;
}

/** A snapshot that was taken before a revert, so that it loses nothing. */
export interface SafetySnapshot {
  /** Its name. */
  name: string;
  /** When it was taken, RFC 3339 UTC; absent when it could not be read back. */
  creationTime?: string;
  /**
   * Present until a revert succeeds after the one that it was taken for has failed: it holds the state that a retry must
   * not lose. The domain's images as the failed attempt left them; empty where that could not be seen.
   */
  pending?: ImageStamp[];
}

/** An image at one moment. */
export interface ImageStamp {
  /** The image's path on the host. */
  file: string;
  /** Changes with every write to the file. */
  stamp: string;
}

/** What a snapshot is good for: file systems frozen, memory with them, as after a power cut, or taken while off. */
export type Consistency = "quiesced" | "memory" | "crash-consistent" | "offline";

/** The latest revert that this resource made. */
export interface LastRevert {
  /** When it was done, RFC 3339 UTC. */
  at: string;
  /** The `revert.triggers` that asked for it. */
  triggers: unknown[];
  /** The snapshot that was taken before it. */
  safetySnapshot?: string;
}

/** The host that a snapshot belongs to. */
export interface SnapshotHost {
  /** The host's UUID (`virsh capabilities`); absent where libvirt's driver has none. */
  uuid?: string;
  /**
   * The connection URI as libvirt resolved it (`virsh uri`) from its default or from an alias; of a `uri` that the program
   * gives, only driver and path.
   */
  uri: string;
}

/** What is known of a snapshot beside its inputs. */
export interface SnapshotFacts {
  host?: SnapshotHost;
  domainUuid: string;
  domainName: string;
  creationTime: string;
  state: string;
  location: "internal" | "external" | "mixed";
  parent?: string;
  isCurrent: boolean;
  capturedDisks: CapturedDisk[];
  capturedMemory: CapturedMemory;
  consistency: Consistency;
  lastRevert?: LastRevert;
  safetySnapshots?: SafetySnapshot[];
}

/** What each output that is not an input means, once: the SDK's docstrings and the reference are generated from it. */
export const outputDocs: Record<keyof SnapshotFacts, { type: string; doc: string }> = {
  host: {
    type: "SnapshotHost | undefined",
    doc: "The host that the snapshot was found on, and its daemon. Only there can a snapshot be gone, or be edited, reverted to or deleted; a changed `uri` declares a move.",
  },
  domainUuid: {
    type: "string",
    doc: "The domain's UUID; with `name` and `creationTime` it identifies the snapshot.",
  },
  domainName: { type: "string", doc: "The domain's name when it was last read." },
  creationTime: {
    type: "string",
    doc: "When the snapshot was taken, RFC 3339 UTC, to the second (`creationTime`).",
  },
  state: {
    type: "string",
    doc: "The domain's state in the snapshot, in libvirt's words (`state`): `running`, `paused`, `shutoff`, `disk-snapshot`, ….",
  },
  location: {
    type: '"internal" | "external" | "mixed"',
    doc: "Where the captured state is kept: inside the disk images, in files beside them, or both.",
  },
  parent: {
    type: "string | undefined",
    doc: "The snapshot this one came after (`parent/name`). Follows reality; never causes a change.",
  },
  isCurrent: {
    type: "boolean",
    doc: "Whether it was the domain's current snapshot when last read. Follows reality; never causes a change.",
  },
  capturedDisks: { type: "CapturedDisk[]", doc: "The disks in the snapshot (`disks`)." },
  capturedMemory: { type: "CapturedMemory", doc: "The memory in the snapshot (`memory`)." },
  consistency: {
    type: "Consistency",
    doc: "What was achieved, from evidence: `quiesced` (the guest agent froze the file systems), `memory` (captured together with them), `crash-consistent` (as after a power cut), `offline` (the domain was off, without a managed-save image).",
  },
  safetySnapshots: {
    type: "SafetySnapshot[] | undefined",
    doc: "The snapshots that were taken before reverts and are kept (`revert.safetySnapshot`).",
  },
  lastRevert: { type: "LastRevert | undefined", doc: "The latest revert that this resource made." },
};
