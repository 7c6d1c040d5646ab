import { parseArgs } from "node:util";
import { growth, WORKLOADS, type Workload } from "./workloads.js";

export const USAGE = `npm run bench                        everything, in less than 25 minutes; writes bench/results.json and what is made from it
npm run bench -- --quick             20 snapshots of domains that are off, in less than two minutes
npm run bench -- N                   the same for N snapshots
npm run bench -- --only NAME,NAME    some of the workloads: ${WORKLOADS.map(({ name }) => name).join(", ")}
npm run bench -- --rounds N          another number of rounds`;

const MOST_SNAPSHOTS = 500;

/** What to measure. */
export interface Order {
  workloads: readonly Workload[];
  /** Whether this is everything that the documents show. */
  complete: boolean;
}

export class UsageError extends Error {}

/** What the words after `npm run bench --` ask for. */
export function orderOf(words: readonly string[]): Order {
  const { values, positionals } = parsed(words);
  const chosen = [positionals.length > 0, values.quick, values.only !== undefined].filter(Boolean);
  if (chosen.length > 1 || positionals.length > 1)
    throw new UsageError("Choose one of N, --quick and --only.");
  const rounds = values.rounds === undefined ? {} : { rounds: whole("--rounds", values.rounds, 20) };
  const workloads = choose(positionals[0], values).map((workload) => ({ ...workload, ...rounds }));
  return { workloads, complete: chosen.length === 0 };
}

interface Values {
  quick: boolean;
  only?: string | undefined;
  rounds?: string | undefined;
}

function parsed(words: readonly string[]): { values: Values; positionals: string[] } {
  try {
    const options = {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
    } as const;
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function choose(size: string | undefined, { quick, only }: Values): readonly Workload[] {
  if (size !== undefined) return [growth(whole("N", size, MOST_SNAPSHOTS), { rounds: 3, counted: "all" })];
  if (quick) return [growth(20, { rounds: 2, counted: "all" })];
  if (only === undefined) return WORKLOADS;
  return only.split(",").map((name) => {
    const found = WORKLOADS.find((workload) => workload.name === name);
    if (found === undefined) throw new UsageError(`There is no workload "${name}".`);
    return found;
  });
}

function whole(what: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new UsageError(`${what} is a number from 1 to ${most}, not "${text}".`);
}
