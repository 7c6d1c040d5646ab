import type { Feature } from "../../provider/capabilities/version-gates.js";

/** Processes that die in the middle of an operation: the source of a table in docs/guarantees.md and of live tests. */

/** When it dies. */
export const MOMENTS = {
  looks: "while it looks at the host",
  asks: "right before the call reaches libvirt",
  works: "while libvirt works on it",
  answers: "after libvirt is done, before the provider knows",
} as const;

export type Moment = keyof typeof MOMENTS;

/** What dies, by SIGKILL. A manager starts libvirtd again. */
export const VICTIMS = {
  libvirtd: "libvirtd",
  virsh: "virsh",
  provider: "the provider's process",
  engine: "the engine",
} as const;

export type Victim = keyof typeof VICTIMS;

/** What comes of the operation: a word, and what it means. */
export const RESULTS = {
  done: { word: "done", means: "The command succeeds." },
  never: {
    word: "not done",
    means: "The command fails, and the domain is as it was before. The next command does it.",
  },
  told: {
    word: "not done, domain changed",
    means:
      "The command fails. The error says which state the domain is in now, and what to type. The next command does it.",
  },
  kept: {
    word: "kept",
    means:
      "It is done, but could not be read back. The command fails, and the state keeps what is known. The next command completes it.",
  },
  adopt: {
    word: "taken, not recorded",
    means:
      "The snapshot is there, but the state does not know it. The next update says so; with `adopt: true` it takes the snapshot over.",
  },
  again: {
    word: "done, not recorded",
    means: "The state does not know that it is done. The next command does it again.",
  },
  found: {
    word: "deleted, not recorded",
    means: "The state still has the snapshot. The next command finds that it is gone, and succeeds.",
  },
} as const;

export type Result = keyof typeof RESULTS;

interface Case {
  what: string;
  /** The command of virsh that changes the host. */
  command: string;
  needs?: Feature;
  /** Why the operation cannot be met while libvirt works on it. */
  atOnce?: string;
}

export const OPERATIONS = {
  memory: { what: "create with memory, internal", command: "snapshot-create-as" },
  quiesced: { what: "create, disks alone, quiesced", command: "snapshot-create-as" },
  external: { what: "create with memory, external", command: "snapshot-create-as" },
  off: { what: "create of a domain that is off", command: "snapshot-create-as" },
  revert: { what: "revert, internal", command: "snapshot-revert" },
  revertExternal: { what: "revert, external", command: "snapshot-revert", needs: "revertExternalRunning" },
  safely: { what: "revert with safetySnapshot", command: "snapshot-revert" },
  describe: {
    what: "edit of the description",
    command: "snapshot-create",
    atOnce: "libvirt has nothing to wait for",
  },
  delete: { what: "delete, internal", command: "snapshot-delete" },
  deleteExternal: { what: "delete, external", command: "snapshot-delete" },
} as const satisfies Record<string, Case>;

export type Operation = keyof typeof OPERATIONS;

export function caseOf(operation: Operation): Case {
  return OPERATIONS[operation];
}

/** One row of the table. */
export type Row = Partial<Record<Operation, Result>>;

const creates = (result: Result) => ({ memory: result, quiesced: result, external: result, off: result });
const reverts = (result: Result) => ({ revert: result, revertExternal: result, safely: result });
const deletes = (result: Result) => ({ delete: result, deleteExternal: result });
const all = (result: Result) => ({
  ...creates(result),
  ...reverts(result),
  ...deletes(result),
  describe: result,
});
const done = { ...creates("done"), ...reverts("done"), ...deletes("done") };
/** Whoever records it has died; libvirt goes on. */
const unrecorded = { ...creates("adopt"), ...reverts("again"), ...deletes("found") };

export const TABLE: Record<Moment, Partial<Record<Victim, Row>>> = {
  looks: { libvirtd: all("never"), virsh: all("done") },
  asks: {
    libvirtd: all("never"),
    virsh: all("never"),
    provider: all("never"),
    // The provider outlives its engine, and does what it has begun.
    engine: { ...unrecorded, describe: "again" },
  },
  works: {
    libvirtd: { ...creates("never"), ...reverts("told"), ...deletes("never") },
    virsh: done,
    provider: unrecorded,
    engine: unrecorded,
  },
  answers: {
    libvirtd: { ...creates("kept"), ...reverts("kept"), ...deletes("found"), describe: "again" },
    virsh: all("done"),
    provider: { ...unrecorded, describe: "again" },
    engine: { ...unrecorded, describe: "again" },
  },
};
