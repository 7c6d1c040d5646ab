import type { Feature } from "../../provider/capabilities/version-gates.js";
import type { SnapshotArgs } from "../../sdk/index.js";

/** Reverts and their results: the source of a table in docs/behaviour.md and of live tests. */

export type State = "running" | "paused" | "shut off";

export interface RevertRow {
  /** The state of the domain when the snapshot was taken. */
  taken: State;
  /** Its state before the revert. */
  now: State;
  to: "captured" | "running" | "paused" | "shutoff";
  /** Its state after the revert. */
  ends: State;
}

export const revertTable: readonly RevertRow[] = [
  { taken: "running", now: "running", to: "captured", ends: "running" },
  { taken: "running", now: "running", to: "paused", ends: "paused" },
  { taken: "running", now: "paused", to: "running", ends: "running" },
  { taken: "running", now: "running", to: "shutoff", ends: "shut off" },
  { taken: "running", now: "shut off", to: "captured", ends: "running" },
  { taken: "paused", now: "running", to: "captured", ends: "paused" },
  { taken: "paused", now: "paused", to: "running", ends: "running" },
  { taken: "shut off", now: "running", to: "captured", ends: "shut off" },
  { taken: "shut off", now: "shut off", to: "captured", ends: "shut off" },
  { taken: "shut off", now: "shut off", to: "running", ends: "running" },
  { taken: "shut off", now: "running", to: "paused", ends: "paused" },
  { taken: "shut off", now: "paused", to: "shutoff", ends: "shut off" },
];

/** A snapshot whose data is in files of its own; `DIR` in a path stands for a folder on the host. */
export interface ExternalRevertRow extends RevertRow {
  asked: Pick<SnapshotArgs, "diskOnly" | "memory">;
  /** What libvirt must support. Where it does not, the revert is refused and nothing is changed. */
  needs: Feature;
}

const disks = { asked: { diskOnly: true } } as const;
const running = { ...disks, taken: "running", needs: "revertExternalRunning" } as const;
const memory = { asked: { memory: { snapshot: "external", file: "DIR/memory" } } } as const;

export const externalRevertTable: readonly ExternalRevertRow[] = [
  { ...disks, taken: "shut off", now: "running", to: "running", ends: "running", needs: "revertExternal" },
  { ...disks, taken: "shut off", now: "running", to: "captured", ends: "shut off", needs: "revertExternal" },
  { ...running, now: "shut off", to: "captured", ends: "running" },
  { ...running, now: "running", to: "shutoff", ends: "shut off" },
  { ...memory, taken: "running", now: "shut off", to: "captured", ends: "running", needs: "revertExternal" },
  { ...memory, taken: "paused", now: "running", to: "captured", ends: "paused", needs: "revertExternal" },
];
