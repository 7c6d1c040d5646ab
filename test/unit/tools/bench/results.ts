import { PHASES, type Phase } from "../../../../tools/bench/contender.js";
import type { Measured, OfContender, OfWorkload, Results } from "../../../../tools/bench/results.js";

/** A contender whose phases took these milliseconds, the same in each round. */
export function contender(times: Partial<Record<Phase, number[]>>, more: Partial<Measured> = {}): OfContender {
  const phases = PHASES.flatMap((phase) => {
    const own = times[phase];
    return own === undefined ? [] : [[phase, { times: own, ...more }] as const];
  });
  return { phases: Object.fromEntries(phases) };
}

export function workload(name: string, contenders: Record<string, OfContender>): OfWorkload {
  return { name, title: `the workload ${name}`, snapshots: Number(name.split("-")[1]), contenders };
}

export function results(...workloads: OfWorkload[]): Results {
  return {
    date: "2026-11-29T10:00:00.000Z",
    machine: "2 processors (CPU <1>), 24 GiB",
    versions: { Pulumi: "3.259.0", libvirt: "9.0.0" },
    leftOut: [],
    workloads,
  };
}
