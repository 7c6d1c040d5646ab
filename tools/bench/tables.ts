import { PHASES, type Phase } from "./contender.js";
import { timeOf, type Measured, type OfContender, type OfWorkload, type Results } from "./results.js";
import { median, spread } from "./statistics.js";

/** A table: its head, and its rows. */
export interface Table {
  head: string[];
  rows: string[][];
}

const NONE = "–";

/** A row per phase, a column per contender; times of the others also as multiples of the first. */
export function times({ contenders }: OfWorkload): Table {
  const shown = Object.entries(contenders).filter(([, { phases }]) => Object.keys(phases).length > 0);
  const base = shown[0]?.[1].phases ?? {};
  return {
    head: ["", ...shown.map(([name]) => name)],
    rows: phasesOf(shown).map((phase) => [
      phase,
      ...shown.map(([, { phases }], index) => timeCell(phases[phase], index === 0 ? undefined : base[phase])),
    ]),
  };
}

function timeCell(measured: Measured | undefined, base: Measured | undefined): string {
  if (measured === undefined || measured.times.length === 0) return NONE;
  const time = median(measured.times);
  const around = measured.times.length > 1 ? ` ±${(spread(measured.times) * 100).toFixed(0)} %` : "";
  const ratio =
    base === undefined || base.times.length === 0 ? "" : `, ${(time / median(base.times)).toFixed(2)} ×`;
  return `${seconds(time)}${around}${ratio}`;
}

/** The processes that each phase started, `virsh + qemu-img`; `undefined` where none were counted. */
export function processes({ contenders }: OfWorkload): Table | undefined {
  return counts(contenders, ({ virsh, qemuImg }) =>
    virsh === undefined ? undefined : `${virsh} + ${qemuImg ?? 0}`,
  );
}

/** The logins of each phase; `undefined` where none were counted. */
export function logins({ contenders }: OfWorkload): Table | undefined {
  return counts(contenders, ({ logins: count }) => (count === undefined ? undefined : String(count)));
}

function counts(
  contenders: Record<string, OfContender>,
  count: (measured: Measured) => string | undefined,
): Table | undefined {
  const counted = (measured: Measured | undefined) => measured && count(measured);
  const shown = Object.entries(contenders).filter(([, { phases }]) => Object.values(phases).some(counted));
  if (shown.length === 0) return undefined;
  return {
    head: ["", ...shown.map(([name]) => name)],
    rows: phasesOf(shown).map((phase) => [
      phase,
      ...shown.map(([, { phases }]) => counted(phases[phase]) ?? NONE),
    ]),
  };
}

function phasesOf(shown: readonly [string, OfContender][]): Phase[] {
  return PHASES.filter((phase) => shown.some(([, { phases }]) => phases[phase] !== undefined));
}

/** How times grow with the number of domains; `undefined` where only one number was measured. */
export function growth(results: Results): Table | undefined {
  const sizes = results.workloads.filter(({ name }) => name.startsWith("off-"));
  if (sizes.length < 2) return undefined;
  const columns = (["pulumi-virsh", "floor"] as const).flatMap((contender) =>
    (["preview", "up", "refresh", "destroy"] as const).map((phase) => ({ contender, phase })),
  );
  const cell = (workload: string, contender: string, phase: Phase) => {
    const time = timeOf(results, workload, contender, phase);
    return time === undefined ? NONE : seconds(time);
  };
  return {
    head: ["domains", ...columns.map(({ contender, phase }) => `${contender}: ${phase}`)],
    rows: sizes.map(({ name, snapshots }) => [
      String(snapshots),
      ...columns.map(({ contender, phase }) => cell(name, contender, phase)),
    ]),
  };
}

/** The most memory of each dynamic host that was observed. */
export function memory({ contenders }: OfWorkload): Table | undefined {
  const shown = Object.entries(contenders).flatMap(([name, of]) =>
    of.memory === undefined ? [] : [[name, `${of.memory.toFixed(0)} MiB`]],
  );
  return shown.length === 0 ? undefined : { head: ["", "memory of the dynamic host"], rows: shown };
}

/** What failed, a line each. */
export function failures({ contenders }: OfWorkload): string[] {
  return Object.entries(contenders).flatMap(([name, { failed }]) =>
    failed === undefined ? [] : [`${name} failed in ${failed}`],
  );
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** As Markdown, with columns of equal width. */
export function aligned({ head, rows }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
