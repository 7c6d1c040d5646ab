import { randomBytes } from "node:crypto";
import { quoted, type Line, type Part } from "./script.js";
import { isLogLine, messages } from "./stderr.js";

/**
 * Requests to a virsh that is fed through its standard input. It repeats every line on its standard output, after a
 * prompt. A mark is therefore written in two halves (`'ab''cd'`), so that the repeated line does not contain it, and
 * looked for whole, on both outputs.
 */

export const PROMPT = "virsh # ";

/** A line that virsh repeats: of a long one, it shows only the end. */
const REPEATED = /^virsh # [^\n]*\n$/;

/** readline takes longer to read a line than this than a process takes to start. */
const LONGEST_LINE = 32 * 1024;

/** One request: two lines to feed, and how to know the answer. */
export interface Framed {
  readonly text: string;
  /** It follows each command's answer, and stands before the first. */
  readonly mark: string;
  /** The end of the whole answer. */
  readonly last: string;
}

/** Frames the lines. Every word must be one that is carried. */
export function framed(lines: readonly Line[]): Framed {
  const [mark, last] = [halves(), halves()];
  const marked = [mark.written, ...lines.map(({ args }) => `${args.map(quoted).join(" ")}; ${mark.written}`)];
  // The mark of the end is on a line of its own, because virsh carries out no part of a line that it cannot parse.
  return { text: `${marked.join("; ")}\n${last.written}\n`, mark: mark.whole, last: last.whole };
}

/** A new mark: the commands that print it on both outputs, and how it appears there. */
function halves(): { written: string; whole: string } {
  // Short, because readline takes two microseconds for each byte. Nobody can know or guess it before it is used.
  const [one, other] = [randomBytes(5).toString("hex"), randomBytes(5).toString("hex")];
  const word = `'${one}''${other}'`;
  return { written: `echo ${word}; echo --err ${word}`, whole: one + other };
}

/** Whether a session can be given the lines. readline takes control characters for keys. */
export function areCarried(lines: readonly Line[]): boolean {
  const words = lines.flatMap(({ args }) => args);
  const length = words.reduce((sum, word) => sum + word.length, 0);
  return length <= LONGEST_LINE && words.every((word) => !/\p{Cc}/u.test(word) && word.isWellFormed());
}

/** How the mark appears on the standard error. */
export function complaint(mark: string): string {
  return `error: ${mark}\n`;
}

/**
 * The answers between the marks; a single one, to everything, if virsh refused the whole line; `undefined` if anything
 * stands where it does not belong, or if virsh lost its connection meanwhile.
 */
export function partsOf({ stdout, stderr }: Part, { mark, last }: Framed): Part[] | undefined {
  const [said, prompt, ...more] = stdout.split(last);
  const [complained, afterwards, ...others] = stderr.split(complaint(last));
  if (said === undefined || complained === undefined) return undefined;
  if (prompt !== PROMPT || afterwards === undefined || more.length + others.length > 0) return undefined;
  const [answers, errors] = [said.split(mark), complained.split(complaint(mark))];
  if (answers.length !== errors.length || errors.some(hasLostConnection)) return undefined;
  // virsh does not carry out any part of a line that it cannot parse.
  if (answers.length === 1)
    return isRefusedLine(said) && messages(complained).length > 0
      ? [{ stdout: "", stderr: complained }]
      : undefined;
  const isInStep =
    [answers[0], answers.at(-1)].every((text) => REPEATED.test(text ?? "")) &&
    [errors[0], errors.at(-1), afterwards].every((text) => saysNothing(text ?? ""));
  if (!isInStep) return undefined;
  return answers.slice(1, -1).map((answer, index) => ({ stdout: answer, stderr: errors[index + 1] ?? "" }));
}

function isRefusedLine(said: string): boolean {
  const lines = said.split(/(?<=\n)/);
  return lines.length === 2 && lines.every((line) => REPEATED.test(line));
}

/** Whether the standard error contains nothing but what the client library logs. */
export function saysNothing(stderr: string): boolean {
  return stderr.split("\n").every((line) => line === "" || isLogLine(line));
}

/**
 * virsh says that it lost its connection, and connects again by itself, perhaps to a daemon that knows nothing of what
 * the last one was doing. Before it has noticed, the client library refuses what it is asked.
 */
function hasLostConnection(stderr: string): boolean {
  return messages(stderr).some((message) =>
    /^(?:Disconnected from |Reconnected to |Failed to reconnect |Cannot (?:recv|write) data|End of file while reading data|(?:internal error: )?(?:client socket is closed|connection (?:is )?closed|received hangup))/.test(
      message,
    ),
  );
}
