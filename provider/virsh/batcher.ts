import { setTimeout as sleep } from "node:timers/promises";
import { Documents, understood } from "./answer.js";
import type { Command } from "./commands/command.js";
import { explain } from "./errors.js";
import type { Finished, Limits } from "./process.js";
import type { Line, Played } from "./script.js";

/** Carries out commands in one virsh. */
type Carry = <L extends Line>(
  lines: readonly L[],
  call: { tried: string; limits: Limits },
) => Promise<Played<L>[] | { whole: Finished }>;

/** A caller waiting for the result of a query. */
interface Caller {
  readonly args: readonly string[];
  readonly tried: string;
  readonly limits: Limits;
  readonly resolve: (finished: Finished) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Queries in one batch: their names fit into the 128 KiB that Linux takes in one argument, and their answers into what
 * `run` takes.
 */
const MOST_AT_ONCE = 64;

/** Batches at a time. With one alone, every operation would go at the pace of the slowest query. */
const LANES = 2;

/** The next batch does not wait longer for one that is slow, for instance because someone holds a domain. */
const SLOW_MS = 500;

/**
 * Sends the queries of all operations on one connection in batches: those that are asked at the same time, or while
 * another batch runs, go to one virsh, and equal ones only once. No answer is older than its query.
 */
export class Batcher {
  private waiting: Caller[] = [];
  private running = 0;

  constructor(
    private readonly carry: Carry,
    private readonly documents = new Documents(),
  ) {}

  async answer<T>(command: Command<T>, limits: Limits): Promise<T> {
    // The clock starts here, not when it is this query's turn.
    limits.remaining();
    const { args, tried } = command;
    const finished = await new Promise<Finished>((resolve, reject) => {
      this.waiting.push({ args, tried, limits, resolve, reject });
      // Once everyone who is about to ask has asked.
      setImmediate(() => void this.next());
    });
    return understood(command, finished, this.documents);
  }

  private async next(): Promise<void> {
    if (this.waiting.length === 0 || this.running === LANES) return;
    const callers = this.waiting.splice(0, MOST_AT_ONCE);
    this.running += 1;
    await Promise.race([this.serve(callers), sleep(SLOW_MS, undefined, { ref: false })]);
    this.running -= 1;
    await this.next();
  }

  /** Every caller gets an answer or an error. */
  private async serve(callers: readonly Caller[]): Promise<void> {
    const [first, ...others] = callers;
    if (first === undefined) return;
    if (others.length === 0) return this.serveAlone(first);
    const served = await this.serveTogether(callers).catch(() => false);
    // A caller without time left, or with a command that this virsh does not know, must not fail the others.
    if (!served) await Promise.all(callers.map((caller) => this.serveAlone(caller)));
  }

  private async serveTogether(callers: readonly Caller[]): Promise<boolean> {
    const groups = Map.groupBy(callers, ({ args }) => JSON.stringify(args)).values();
    const lines = [...groups].map((group) => ({ args: group[0]?.args ?? [], group }));
    const call = { tried: "ask virsh", limits: shortest(callers) };
    const ends = await this.carry(lines, call);
    if (!("whole" in ends)) {
      for (const { line, end } of ends) for (const { resolve } of line.group) resolve(end);
      return true;
    }
    const { kind } = explain(ends.whole.stderr, call.tried);
    if (kind !== "Unreachable" && kind !== "Denied") return false;
    // The host did not answer at all: trying again for each caller would only take the same time again.
    for (const { resolve } of callers) resolve(ends.whole);
    return true;
  }

  private async serveAlone({ args, tried, limits, resolve, reject }: Caller): Promise<void> {
    try {
      const answer = await this.carry([{ args }], { tried, limits });
      const end = "whole" in answer ? answer.whole : answer[0]?.end;
      if (end !== undefined) resolve(end);
    } catch (error) {
      reject(error);
    }
  }
}

/** The limits of the caller with the least time left. */
function shortest(callers: readonly Caller[]): Limits {
  const limits = callers.map((caller) => caller.limits);
  return limits.reduce((least, other) => (other.remaining() < least.remaining() ? other : least));
}
