import { randomBytes } from "node:crypto";
import { feed, type Fed, type Finished, type Limits, type Listener } from "./process.js";
import { finishedAs, quoted, type Line, type Part, type Played } from "./script.js";
import { messages } from "./stderr.js";

/**
 * A virsh that is fed through its standard input, one request after the other: it connects once. It repeats every line
 * on its standard output, after a prompt. A mark is therefore written in two halves (`'ab''cd'`), so that the repeated
 * line does not contain it, and looked for whole.
 */

/** How virsh reads what it is fed: readline's own keys and nobody's settings, and no file of the user. */
const ENVIRONMENT = {
  INPUTRC: "/dev/null",
  TERM: "dumb",
  VIRSH_HISTSIZE: "0",
  // virsh would write its history there when its input ends, over the user's own.
  XDG_CACHE_HOME: "/dev/null",
};

/** `>`: of a connection that may only read. */
const PROMPT = /^virsh [#>] $/;
const PROMPT_LENGTH = "virsh # ".length;

/** What comes of a request. `lost`: the session gave no answer that can be trusted; the lines may have been carried out. */
export type Answer<L> =
  { played: Played<L>[] } | { whole: Finished } | { lost: "died" | "timeout" | "out of step" };

/** A word that a line carries with certainty: readline takes control characters for keys. */
export function isCarried(word: string): boolean {
  return !/\p{Cc}/u.test(word) && word.isWellFormed();
}

interface Request {
  /** The end of the request, as it appears on both outputs. */
  last: string;
  settle(end: "answered" | "died" | "timeout"): void;
}

export class Session implements Listener {
  #fed: Fed | undefined;
  #out = "";
  #err = "";
  #request: Request | undefined;
  #exitCode: number | undefined;
  #isLost = false;

  private constructor() {}

  /** Starts virsh with these arguments: `--quiet` and the connection. */
  static async start(args: readonly string[], program = "virsh"): Promise<Session> {
    const session = new Session();
    session.#fed = await feed(program, args, ENVIRONMENT, session);
    return session;
  }

  /** Whether it can be given another request. */
  get isUsable(): boolean {
    return !this.#isLost && this.#err === "" && (this.#out === "" || PROMPT.test(this.#out));
  }

  /** Carries out the lines, one after the other, even after one that fails. Every word must be one that is carried. */
  async ask<L extends Line>(lines: readonly L[], limits: Limits): Promise<Answer<L>> {
    const [mark, last] = [halves(), halves()];
    const marked = [
      mark.written,
      ...lines.map(({ args }) => `${args.map(quoted).join(" ")}; ${mark.written}`),
    ];
    const request = [marked.join("; "), last.written];
    this.#fed?.hold(true);
    const end = await this.#end(request.join("\n"), last.whole, limits);
    this.#fed?.hold(false);
    if (end !== "answered") {
      this.end();
      return this.#exitCode === 1 && !this.#out.includes(mark.whole)
        ? this.#refused()
        : { lost: end === "timeout" ? end : "died" };
    }
    const parts = readParts({ stdout: this.#out, stderr: this.#err }, mark.whole, last.whole);
    // The prompt before the next line.
    [this.#out, this.#err] = [this.#out.slice(-PROMPT_LENGTH), ""];
    if (parts === undefined || parts.some(({ stderr }) => isReconnected(stderr))) {
      this.end();
      return { lost: "out of step" };
    }
    if (parts.length === lines.length)
      return { played: lines.map((line, index) => ({ line, end: finishedAs(parts[index] ?? NOTHING) })) };
    return { whole: finishedAs(parts[0] ?? NOTHING) };
  }

  /** Ends virsh at once. What libvirt has begun goes on. */
  end(): void {
    this.#isLost = true;
    this.#fed?.kill();
  }

  printed(to: "stdout" | "stderr", text: string): void {
    if (to === "stdout") this.#out += text;
    else this.#err += text;
    const last = this.#request?.last;
    if (last !== undefined && this.#err.endsWith(`error: ${last}\n`) && this.#isPromptAfter(last))
      this.#request?.settle("answered");
  }

  #isPromptAfter(last: string): boolean {
    const prompt = this.#out.slice(-PROMPT_LENGTH);
    return PROMPT.test(prompt) && this.#out.endsWith(last + prompt);
  }

  ended(exitCode: number | undefined): void {
    this.#isLost = true;
    this.#exitCode = exitCode;
    this.#request?.settle("died");
  }

  async #end(text: string, last: string, limits: Limits): Promise<"answered" | "died" | "timeout"> {
    if (this.#isLost) return "died";
    try {
      return await new Promise((resolve) => {
        const timer = setTimeout(
          () => { resolve("timeout"); },
          Math.max(0, Math.min(limits.remaining(), 2 ** 31 - 1)),
        );
        this.#request = {
          last,
          settle: (end) => {
            clearTimeout(timer);
            resolve(end);
          },
        };
        this.#fed?.write(`${text}\n`);
      });
    } finally {
      this.#request = undefined;
    }
  }

  /** virsh ended by itself before it read anything: it could not connect. */
  #refused(): { whole: Finished } {
    const stderr = this.#err.replace(/^error: Failed to create '\/dev\/null\/.*\n/m, "");
    return { whole: { exitCode: 1, stdout: "", stderr } };
  }
}

const NOTHING: Part = { stdout: "", stderr: "" };

/** A new mark: the commands that print it on both outputs, and how it appears there. */
function halves(): { written: string; whole: string } {
  // Short, because virsh shows every word that it reads, which takes longer than most commands.
  const [one, other] = [randomBytes(8).toString("hex"), randomBytes(8).toString("hex")];
  const word = `'${one}''${other}'`;
  return { written: `echo ${word}; echo --err ${word}`, whole: one + other };
}

/** A line that virsh repeats: of a long one, it shows only the end. */
const REPEATED = /^virsh [#>] [^\n]*\n$/;

/**
 * The answers between the marks; a single one, to everything, if virsh refused the whole line; `undefined` if anything
 * stands where it does not belong.
 */
function readParts({ stdout, stderr }: Part, mark: string, last: string): Part[] | undefined {
  const [said, end, ...more] = stdout.split(last);
  const [complained, nothing] = stderr.split(`error: ${last}\n`);
  if (said === undefined || complained === undefined || nothing !== "" || more.length > 0) return undefined;
  if (!PROMPT.test(end ?? "")) return undefined;
  const [answers, errors] = [said.split(mark), complained.split(`error: ${mark}\n`)];
  if (answers.length !== errors.length) return undefined;
  // virsh does not carry out any part of a line that holds a command that it does not know.
  if (answers.length === 1) return isRefusedLine(said) ? [{ stdout: "", stderr: complained }] : undefined;
  const isInStep =
    REPEATED.test(answers[0] ?? "") &&
    errors[0] === "" &&
    REPEATED.test(answers.at(-1) ?? "") &&
    errors.at(-1) === "";
  if (!isInStep) return undefined;
  return answers.slice(1, -1).map((answer, index) => ({ stdout: answer, stderr: errors[index + 1] ?? "" }));
}

function isRefusedLine(said: string): boolean {
  const lines = said.split(/(?<=\n)/);
  return lines.length === 2 && lines.every((line) => REPEATED.test(line));
}

/** virsh connects again by itself, perhaps to a daemon that knows nothing of what the last one was doing. */
function isReconnected(stderr: string): boolean {
  return messages(stderr).some((message) =>
    /^(?:Disconnected from |Reconnected to |Failed to reconnect )/.test(message),
  );
}
