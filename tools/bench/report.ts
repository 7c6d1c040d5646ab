import {
  aligned,
  failures,
  growth,
  logins,
  memory,
  processes,
  seconds,
  times,
  type Table,
} from "./tables.js";
import { timeOf, type OfWorkload, type Results } from "./results.js";
import { TARGET_HEAD, targetRows, UNKNOWN } from "./targets.js";

/** What was measured on what, in a sentence. */
export function setting({ date, machine, versions, workloads: measured }: Results): string {
  if (measured.length === 0) return "Not measured yet.";
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${date.slice(0, 10)}: ${machine}; ${named.join(", ")}.`;
}

/** All targets, or only those that were measured. */
export function targets(results: Results, which: "all" | "measured" = "all"): string {
  const rows = targetRows(results).filter(([, , , reached]) => which === "all" || reached !== UNKNOWN);
  return aligned({ head: TARGET_HEAD, rows });
}

/** Every workload with its tables, and the growth, under headings. */
export function workloads(results: Results): string {
  const grown = growth(results);
  return [
    ...results.workloads.map(workload),
    ...(grown === undefined ? [] : [`### Growth with the number of domains\n\n${aligned(grown)}`]),
    ...(results.leftOut.length === 0 ? [] : [`Left out: ${results.leftOut.join("; ")}.`]),
  ].join("\n\n");
}

function workload(of: OfWorkload): string {
  const tables: [string, Table | undefined][] = [
    [timesCaption(of), times(of)],
    ["Processes that were started, virsh + qemu-img:", processes(of)],
    ["Logins at the SSH server:", logins(of)],
    ["The most memory in use:", memory(of)],
  ];
  return [
    `### ${of.title}`,
    ...tables.flatMap(([caption, table]) => (table === undefined ? [] : [`${caption}\n\n${aligned(table)}`])),
    ...failures(of).map((line) => `${line}.`),
  ].join("\n\n");
}

function timesCaption({ contenders }: OfWorkload): string {
  const rounds = Math.max(
    0,
    ...Object.values(contenders).flatMap(({ phases }) =>
      Object.values(phases).map(({ times: all }) => all.length),
    ),
  );
  return rounds < 2 ? "Times of one round:" : `Medians of ${rounds} interleaved rounds:`;
}

/** One sentence for the README; it says so where nothing was measured. */
export function sentence(results: Results): string {
  const all = ["pulumi-virsh", "@pulumi/command", "virsh in a loop"] as const;
  const [own, command, loop] = all.map((name) => timeOf(results, "off-20", name, "up"));
  if (own === undefined || loop === undefined)
    return "How long it takes is in [Benchmarks](docs/benchmarks.md).";
  const beside = command === undefined ? "" : `\`@pulumi/command\` ${seconds(command)}, `;
  const others = `${beside}\`virsh\` in a loop ${seconds(loop)}`;
  return `Twenty snapshots of twenty VMs take ${seconds(own)} with all checks (${others}): [benchmarks](docs/benchmarks.md).`;
}
