import { setTimeout as sleep } from "node:timers/promises";
import { understood } from "./answer.js";
import type { Command } from "./commands/command.js";
import { explain } from "./errors.js";
import type { Finished, Limits } from "./process.js";
import { play } from "./script.js";

/** Starts one virsh on the connection that all the questions are put to. */
type Run = (args: readonly string[], call: { tried: string; limits: Limits }) => Promise<Finished>;

/** Somebody who put a question, and waits. */
interface Asker {
  readonly args: readonly string[];
  readonly tried: string;
  readonly limits: Limits;
  readonly resolve: (finished: Finished) => void;
  readonly reject: (error: unknown) => void;
}

/** Their names fit into the 128 KiB that Linux takes in one argument, and their answers into what `run` takes. */
export const MOST_AT_ONCE = 64;

/** Processes at a time that others wait for: with one alone, every operation would go at the pace of all. */
const LANES = 2;

/** What takes longer, as when somebody holds a domain, is not waited for by others. */
const SLOW_MS = 500;

/**
 * The questions of all operations to one connection. Those that are put at the same time, and those that come up while
 * others are being answered, go to virsh together, and equal ones once. No answer is older than its question.
 */
export class Readings {
  private waiting: Asker[] = [];
  private running = 0;

  constructor(private readonly run: Run) {}

  async answer<T>(command: Command<T>, limits: Limits): Promise<T> {
    // The clock starts here, not when it is this question's turn.
    limits.remaining();
    const { args, tried } = command;
    const finished = await new Promise<Finished>((resolve, reject) => {
      this.waiting.push({ args, tried, limits, resolve, reject });
      // Once all have asked that are about to.
      setImmediate(() => void this.next());
    });
    return understood(command, finished);
  }

  private async next(): Promise<void> {
    if (this.waiting.length === 0 || this.running === LANES) return;
    const askers = this.waiting.splice(0, MOST_AT_ONCE);
    this.running += 1;
    await Promise.race([this.serve(askers), sleep(SLOW_MS, undefined, { ref: false })]);
    this.running -= 1;
    await this.next();
  }

  /** Every asker gets an answer or an error. */
  private async serve(askers: readonly Asker[]): Promise<void> {
    const [first, ...others] = askers;
    if (first === undefined) return;
    if (others.length === 0) return this.serveAlone(first);
    const served = await this.serveTogether(askers).catch(() => false);
    // One that has no time left, or asks what virsh does not know, is not to spoil it for the others.
    if (!served) await Promise.all(askers.map((asker) => this.serveAlone(asker)));
  }

  private async serveTogether(askers: readonly Asker[]): Promise<boolean> {
    const groups = Map.groupBy(askers, ({ args }) => JSON.stringify(args)).values();
    const questions = [...groups].map((group) => ({ args: group[0]?.args ?? [], group }));
    const call = { tried: "ask virsh", limits: shortest(askers) };
    const ends = await play(questions, (script) => this.run([script], call));
    if (!("whole" in ends)) {
      for (const { line, end } of ends) for (const { resolve } of line.group) resolve(end);
      return true;
    }
    const { kind } = explain(ends.whole.stderr, call.tried);
    if (kind !== "Unreachable" && kind !== "Denied") return false;
    // Nobody could be asked anything: to try again for each would only take the same time again.
    for (const { resolve } of askers) resolve(ends.whole);
    return true;
  }

  private async serveAlone({ args, tried, limits, resolve, reject }: Asker): Promise<void> {
    await this.run(args, { tried, limits }).then(resolve, reject);
  }
}

/** The time limit of the one who has the least time left. */
function shortest(askers: readonly Asker[]): Limits {
  const limits = askers.map((asker) => asker.limits);
  return limits.reduce((least, other) => (other.remaining() < least.remaining() ? other : least));
}
