/** The measured phases, in this order. */
export const PHASES = ["preview", "up", "up, no change", "refresh", "revert", "destroy"] as const;

export type Phase = (typeof PHASES)[number];

/** A snapshot that a contender takes, reads, reverts to and deletes. */
export interface Task {
  domain: string;
  snapshot: string;
}

/** Where the snapshots are. */
export interface Place {
  /** The differences in the environment of what a contender starts. */
  env: Record<string, string>;
  /** The connection URI of a host that is not libvirt's default. The environment names it, too. */
  uri?: string | undefined;
}

/** A way to keep snapshots. */
export interface Contender {
  name: string;
  /** Why it cannot run on this machine, if it cannot. */
  obstacle?(): Promise<string | undefined>;
  /** A life cycle from nothing to nothing, in the order of `PHASES`; a phase without an equivalent is left out. */
  begin(tasks: readonly Task[], place: Place): Promise<Life>;
}

export interface Life {
  phases: Partial<Record<Phase, () => Promise<void>>>;
  close(): Promise<void>;
}
