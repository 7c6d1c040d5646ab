/** How domains go back: what docs/behaviour.md tells, and what the laboratory is asked. */

export type State = "running" | "paused" | "shut off";

export interface RevertRow {
  /** The state of the domain when the snapshot was taken. */
  taken: State;
  /** Its state before the revert. */
  now: State;
  to: "captured" | "running" | "paused" | "shutoff";
  /** Its state after it. */
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
