import type { Phase } from "./contender.js";
import { measuredOf, timeOf, type Results } from "./results.js";

/** What pulumi-virsh should reach. */
export interface Target {
  what: string;
  atMost: number;
  unit: "×" | "" | "MiB";
  /** `undefined` where it was not measured. */
  measured: (results: Results) => number | undefined;
}

const OURS = "pulumi-virsh";

/** Our time in multiples of another contender's. */
function ratio(phase: Phase, workload: string, to: string, atMost: number): Target {
  const [, kind = "", size = ""] = /^(\w+)-(\d+)$/.exec(workload) ?? [];
  const of = kind === "one" ? `${size} snapshots of one domain` : `${size} domains`;
  return {
    what: `${phase}, ${of} ÷ ${to}`,
    atMost,
    unit: "×",
    measured: (results) => {
      const [own, other] = [OURS, to].map((name) => timeOf(results, workload, name, phase));
      return own === undefined || other === undefined ? undefined : own / other;
    },
  };
}

function processes(size: number): Target {
  return {
    what: `virsh processes in up, ${size} domains`,
    atMost: 6,
    unit: "",
    measured: (results) => measuredOf(results, `off-${size}`, OURS, "up")?.virsh,
  };
}

export const TARGETS: readonly Target[] = [
  ratio("up", "off-20", "@pulumi/command", 1.3),
  ratio("revert", "off-20", "@pulumi/command", 1.3),
  ratio("destroy", "off-20", "@pulumi/command", 1.3),
  ratio("preview", "off-20", "naive provider", 1.2),
  ratio("up, no change", "off-20", "floor", 1.05),
  ratio("refresh", "off-20", "floor", 1.25),
  ratio("refresh", "off-50", "virsh in a loop", 1),
  ratio("up", "off-100", "@pulumi/command", 1),
  ratio("up", "off-200", "floor", 1.5),
  ratio("up", "off-200", "virsh in a loop", 0.9),
  processes(20),
  processes(200),
  {
    what: "ssh logins in preview, up, refresh and destroy, 20 domains",
    atMost: 12,
    unit: "",
    measured: (results) => {
      const own = (["preview", "up", "refresh", "destroy"] as const).map(
        (phase) => measuredOf(results, "ssh-20", OURS, phase)?.logins,
      );
      return own.every((logins) => logins !== undefined)
        ? own.reduce((sum, logins) => sum + logins, 0)
        : undefined;
    },
  },
  ratio("refresh", "one-500", "floor", 1.4),
  {
    what: "memory of the provider for 500 resources − floor",
    atMost: 20,
    unit: "MiB",
    measured: (results) => {
      const of = results.workloads.find(({ name }) => name === "one-500")?.contenders;
      const [own, floor] = [of?.[OURS]?.memory, of?.["floor"]?.memory];
      return own === undefined || floor === undefined ? undefined : own - floor;
    },
  },
];

/** Whether a target is reached that was not measured. */
export const UNKNOWN = "–";

/** The rows of a table: what, the target, what was measured, and whether that is reached. */
export function targetRows(results: Results): string[][] {
  return TARGETS.map(({ what, atMost, unit, measured }) => {
    const value = measured(results);
    const text = (number: number) =>
      `${unit === "×" ? number.toFixed(2) : Math.round(number)} ${unit}`.trim();
    const answer =
      value === undefined ? ["not measured", UNKNOWN] : [text(value), value <= atMost ? "yes" : "no"];
    return [what, `≤ ${text(atMost)}`, ...answer];
  });
}

export const TARGET_HEAD = ["", "target", "measured", "reached"];
