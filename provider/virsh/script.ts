import { randomUUID } from "node:crypto";
import type { Finished } from "./process.js";
import { messages } from "./stderr.js";

/**
 * Many commands in one virsh process: a single argument that virsh reads as a script. Over `qemu+ssh://` every process
 * is a login of its own, and locally its start takes nine tenths of the time of a read command. Each command is followed
 * by a mark on both outputs, which separates the answers.
 */

/** One command, as its words. */
export interface Line {
  readonly args: readonly string[];
}

/** A command and how it ended. */
export interface Played<L> {
  line: L;
  end: Finished;
}

/** An answer in the output of a script, in which a single command has no exit code. */
export type Part = Omit<Finished, "exitCode">;

/**
 * Makes virsh run one command after the other, even after one that fails. Returns how each ended, or how virsh itself
 * ended if it did not reach the last: it could not connect, or does not know one of the commands.
 */
export async function play<L extends Line>(
  lines: readonly L[],
  run: (script: string) => Promise<Finished>,
): Promise<Played<L>[] | { whole: Finished }> {
  const mark = randomUUID();
  const whole = await run(scriptOf(lines, mark));
  const parts = partsOf(whole, lines.length, mark);
  if (parts === undefined) return { whole };
  return lines.map((line, index) => ({ line, end: finishedAs(parts[index] ?? whole) }));
}

/** `mark` must be a word that no answer contains. */
export function scriptOf(lines: readonly Line[], mark: string): string {
  return lines
    .flatMap(({ args }) => [args.map(quoted).join(" "), `echo ${mark}`, `echo --err ${mark}`])
    .join("; ");
}

/** One word for virsh, unchanged: within single quotes it knows no other special character. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The answer to each of `count` commands; `undefined` if the process did not reach its end. */
export function partsOf({ stdout, stderr }: Part, count: number, mark: string): Part[] | undefined {
  const said = stdout.split(mark);
  const complained = stderr.split(`error: ${mark}\n`);
  if (said.length !== count + 1 || complained.length !== count + 1) return undefined;
  return said.slice(0, count).map((answer, index) => ({ stdout: answer, stderr: complained[index] ?? "" }));
}

/** virsh prints why a command failed, or nothing. */
export function finishedAs({ stdout, stderr }: Part): Finished {
  return { exitCode: messages(stderr).length === 0 ? 0 : 1, stdout, stderr };
}
