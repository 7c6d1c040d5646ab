import type { Phase } from "./contender.js";
import { median } from "./statistics.js";

/** What was measured of one contender in one phase. */
export interface Measured {
  /** Milliseconds of each round. */
  times: number[];
  /** The processes that one round started, where they were counted. */
  virsh?: number;
  qemuImg?: number;
  /** The logins of one round at the SSH server, where there is one. */
  logins?: number;
}

export interface OfContender {
  phases: Partial<Record<Phase, Measured>>;
  /** The most memory that its dynamic host had in use, in MiB, where it was observed. */
  memory?: number;
  /** Why a life cycle of it failed. The phases before are measured. */
  failed?: string;
}

export interface OfWorkload {
  name: string;
  title: string;
  snapshots: number;
  contenders: Record<string, OfContender>;
}

/** What bench/results.json holds. */
export interface Results {
  date: string;
  machine: string;
  versions: Record<string, string>;
  /** What could not be measured, and why. */
  leftOut: string[];
  workloads: OfWorkload[];
}

export function measuredOf(
  results: Results,
  workload: string,
  contender: string,
  phase: Phase,
): Measured | undefined {
  return results.workloads.find(({ name }) => name === workload)?.contenders[contender]?.phases[phase];
}

/** The median, in milliseconds; `undefined` where it was not measured. */
export function timeOf(
  results: Results,
  workload: string,
  contender: string,
  phase: Phase,
): number | undefined {
  const { times = [] } = measuredOf(results, workload, contender, phase) ?? {};
  return times.length === 0 ? undefined : median(times);
}
