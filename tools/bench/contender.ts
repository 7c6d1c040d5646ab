/** The measured phases, in this order. */
export const PHASES = ["preview", "up", "up, no change", "refresh", "revert", "destroy"] as const;

export type Phase = (typeof PHASES)[number];

/** A way to keep a snapshot of each of a number of domains. */
export interface Contender {
  name: string;
  /** A life cycle from nothing to nothing, in the order of `PHASES`; a phase without an equivalent is left out. */
  begin(domains: readonly string[], env: Record<string, string>): Promise<Life>;
}

export interface Life {
  phases: Partial<Record<Phase, () => Promise<void>>>;
  close(): Promise<void>;
}
