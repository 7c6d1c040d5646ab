import { PHASES, type Phase } from "./contender.js";

/** What was measured of one contender in one phase. */
export interface Measured {
  /** Milliseconds of each round. */
  times: number[];
  /** The virsh processes of one life cycle. */
  processes: number;
}

export type Results = Map<string, Partial<Record<Phase, Measured>>>;

/** A Markdown table: a row per phase, a column per contender; times of the others also as multiples of the first. */
export function table(results: Results): string {
  const [first = ""] = results.keys();
  const rows = PHASES.map((phase) => {
    const base = results.get(first)?.[phase];
    return [phase, ...[...results].map(([name, of]) => cell(of[phase], name === first ? undefined : base))];
  });
  const all = [["", ...results.keys()], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function cell(measured: Measured | undefined, base: Measured | undefined): string {
  if (measured === undefined) return "–";
  const time = median(measured.times);
  const ratio = base === undefined ? "" : ` = ${(time / median(base.times)).toFixed(2)} ×`;
  return `${(time / 1000).toFixed(2)} s${ratio}, ${measured.processes} virsh`;
}

/** Of an even number of values, the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return middle.reduce((sum, number) => sum + number, 0) / middle.length;
}
