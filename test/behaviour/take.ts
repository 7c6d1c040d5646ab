import type { SnapshotArgs } from "../../sdk/index.js";

/** Creates and their results: the source of a table in docs/behaviour.md and of live tests. */

/** A guest as `lab-vm` makes it, and the state that it is brought into. */
export interface Given {
  what: string;
  shape: readonly string[];
  paused?: true;
}

const off = { what: "off", shape: ["--off"] };
const offTwo = { what: "off, two disks", shape: ["--off", "--disks", "2"] };
const offRaw = { what: "off, raw disk", shape: ["--off", "--raw"] };
// An overlay would make its image qcow2, so no snapshot is taken of this one.
const offRawUntouched = { ...offRaw };
const running = { what: "running", shape: [] };
const runningTwo = { what: "running, two disks", shape: ["--disks", "2"] };
const paused = { what: "paused", shape: [], paused: true } as const;
const withAgent = { what: "running, with agent", shape: ["--agent"] };
const runningRaw = { what: "running, raw disk", shape: ["--raw"] };

export type Asked = Omit<SnapshotArgs, "domain" | "name">;

export interface Taken {
  state: string;
  location: string;
  memory: string;
  consistency: string;
}

/** `DIR` in a path stands for a folder on the host. */
export interface TakeRow {
  given: Given;
  asked: Asked;
  /** What the create captures, or why it is refused: property and reason, word for word. */
  gives: Taken | { refused: string };
}

const offline = { state: "shutoff", memory: "no", consistency: "offline" };
const disksAlone = { state: "disk-snapshot", location: "external", memory: "no" };
const withMemory = (state: string): Taken => ({
  state,
  location: "internal",
  memory: "internal",
  consistency: "memory",
});

export const takeTable: readonly TakeRow[] = [
  { given: off, asked: {}, gives: { ...offline, location: "internal" } },
  { given: offTwo, asked: {}, gives: { ...offline, location: "internal" } },
  { given: off, asked: { diskOnly: true }, gives: { ...offline, location: "external" } },
  {
    given: offTwo,
    asked: { diskOnly: true, disks: [{ name: "vdb", snapshot: "no" }] },
    gives: { ...offline, location: "external" },
  },
  { given: offRaw, asked: { diskOnly: true }, gives: { ...offline, location: "external" } },
  { given: running, asked: {}, gives: withMemory("running") },
  { given: running, asked: { atomic: true, validate: true }, gives: withMemory("running") },
  { given: runningTwo, asked: {}, gives: withMemory("running") },
  { given: paused, asked: {}, gives: withMemory("paused") },
  { given: running, asked: { diskOnly: true }, gives: { ...disksAlone, consistency: "crash-consistent" } },
  {
    given: runningTwo,
    asked: {
      diskOnly: true,
      disks: [
        { name: "vda", snapshot: "external", file: "DIR/over lay,1.qcow2", driver: "qcow2" },
        { name: "vdb", snapshot: "no" },
      ],
    },
    gives: { ...disksAlone, consistency: "crash-consistent" },
  },
  {
    given: running,
    asked: { memory: { snapshot: "external", file: "DIR/memory" } },
    gives: { state: "running", location: "external", memory: "external", consistency: "memory" },
  },
  {
    given: running,
    asked: { memory: { snapshot: "external", file: "DIR/memory, live" }, live: true },
    gives: { state: "running", location: "external", memory: "external", consistency: "memory" },
  },
  {
    given: withAgent,
    asked: { diskOnly: true, quiesce: "required" },
    gives: { ...disksAlone, consistency: "quiesced" },
  },
  {
    given: withAgent,
    asked: { diskOnly: true, quiesce: "preferred" },
    gives: { ...disksAlone, consistency: "quiesced" },
  },
  {
    given: running,
    asked: { diskOnly: true, quiesce: "preferred" },
    gives: { ...disksAlone, consistency: "crash-consistent" },
  },
  {
    given: off,
    asked: { diskOnly: true, quiesce: "preferred" },
    gives: { ...offline, location: "external" },
  },
  {
    given: running,
    asked: { diskOnly: true, quiesce: "required" },
    gives: { refused: "quiesce: the domain has no channel for a guest agent" },
  },
  {
    given: off,
    asked: { diskOnly: true, quiesce: "required" },
    gives: { refused: "quiesce: the domain is off, so no guest agent can answer" },
  },
  {
    given: off,
    asked: { halt: true },
    gives: { refused: "halt: the domain is off, and libvirt would ignore it" },
  },
  {
    given: off,
    asked: { memory: { snapshot: "external", file: "DIR/never" }, live: true },
    gives: { refused: "memory: the domain is off and has no memory to capture" },
  },
  {
    given: offTwo,
    asked: { disks: [{ name: "vdb", snapshot: "no" }] },
    gives: {
      refused: 'disks: an internal snapshot captures every writable disk, but vdb ("no") would be left out',
    },
  },
  {
    given: runningTwo,
    asked: { disks: [{ name: "vdb", snapshot: "external" }] },
    gives: {
      refused:
        'disks: an internal snapshot captures every writable disk, but vdb ("external") would be left out',
    },
  },
  {
    given: running,
    asked: { memory: { snapshot: "no" } },
    gives: { refused: "memory: an internal snapshot of a running domain includes its memory" },
  },
  {
    given: off,
    asked: { diskOnly: true, disks: [{ name: "vda", snapshot: "no" }] },
    gives: { refused: "disks: there is nothing to capture" },
  },
  {
    given: off,
    asked: { disks: [{ name: "vdz", snapshot: "internal" }] },
    gives: { refused: 'disks: there is no disk "vdz"' },
  },
  {
    given: offRawUntouched,
    asked: {},
    gives: { refused: "disks: internal snapshots need qcow2 images, but disk vda is raw" },
  },
  {
    given: runningRaw,
    asked: {},
    gives: { refused: "disks: internal snapshots need qcow2 images, but disk vda is raw" },
  },
];
