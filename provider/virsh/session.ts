import { complaint, complaintsOf, framed, partsOf, PROMPT, saysNothing, type Framed } from "./framing.js";
import {
  feed,
  LONGEST_TIMER_MS,
  MAX_OUTPUT,
  type Fed,
  type Finished,
  type Limits,
  type Listener,
  type Lost,
} from "./process.js";
import { finishedAs, type Line, type Played } from "./script.js";

/** A virsh that is fed through its standard input, one request after the other: it connects once. */

/** How virsh reads what it is fed: readline's own keys and nobody's settings, and no file of the user. */
const ENVIRONMENT = {
  INPUTRC: "/dev/null",
  TERM: "dumb",
  COLUMNS: "80",
  VIRSH_HISTSIZE: "0",
  // virsh would write its history there when its input ends, over the user's own.
  XDG_CACHE_HOME: "/dev/null",
};

/** What a session is tried with: if this word comes back as it was, virsh reads its input as expected. */
const TRIAL = { args: ["echo", "--", `virsh # 'é💾' \\ "; error: `] };

/** What a session that could not be started gives. `unfit`: this virsh does not read its input as expected. */
export type NotStarted = { whole: Finished } | { lost: Lost; begun: false };

/** What comes of a request. */
export type Answer<L> = { played: Played<L>[] } | { whole: Finished } | Unanswered;

/** `begun`: the lines may have been carried out. `complaints`: what virsh printed about them, as far as it came. */
export interface Unanswered {
  lost: Lost;
  begun: boolean;
  complaints?: string;
}

type End = "answered" | "died" | "timeout" | "out of step" | "too much";

/** virsh ends its answer on both outputs at once. One that only ends it on one does something else. */
const GRACE_MS = 5_000;

export class Session implements Listener {
  #fed: Fed | undefined;
  readonly #out = new Output();
  readonly #err = new Output();
  readonly #gone = Promise.withResolvers<undefined>();
  #settle: ((end: End) => void) | undefined;
  #exitCode: number | undefined;
  #grace: NodeJS.Timeout | undefined;
  #isConnected = false;
  #isNew = true;
  #isLost = false;

  /** Starts virsh with these arguments: `--quiet` and the connection. Nothing is asked of libvirt yet. */
  static async start(
    args: readonly string[],
    limits: Limits,
    program = "virsh",
  ): Promise<Session | NotStarted> {
    const session = new Session();
    session.#fed = feed(program, args, ENVIRONMENT, session);
    const answer = (await session.#connected(limits)) ?? (await session.ask([TRIAL], limits));
    if ("played" in answer && answer.played[0]?.end.stdout === TRIAL.args[2]) return session;
    session.end();
    if ("lost" in answer && answer.lost !== "out of step")
      return session.#refused() ?? { lost: answer.lost, begun: false };
    return { lost: "unfit", begun: false };
  }

  /**
   * Waits for the prompt, with which virsh is connected. A login may ask for a name or a password first, and would take
   * what virsh is fed for the answer. `undefined`: it is there, and nothing else.
   */
  async #connected(limits: Limits): Promise<{ lost: Lost } | undefined> {
    this.#fed?.hold(true);
    const end = await this.#end(limits);
    this.#fed?.hold(false);
    this.#isConnected = true;
    return end === "answered" ? undefined : { lost: end };
  }

  /** Whether it can be given another request. */
  get isUsable(): boolean {
    return !this.#isLost && this.#out.text === PROMPT && saysNothing(this.#err.text);
  }

  /** Carries out the lines, one after the other, even after one that fails. */
  async ask<L extends Line>(lines: readonly L[], limits: Limits): Promise<Answer<L>> {
    const request = framed(lines);
    this.#fed?.hold(true);
    try {
      const end = await this.#exchange(request, limits);
      if (end === "answered") return this.#judge(request, lines);
      this.end();
      // What it printed before shows how far it came.
      await this.#gone.promise;
      return { lost: end, begun: this.#err.text.includes(complaint(request.mark)) };
    } finally {
      this.#fed?.hold(false);
    }
  }

  /** Ends virsh at once. What libvirt has begun goes on. */
  end(): void {
    this.#isLost = true;
    this.#fed?.kill();
  }

  printed(to: "stdout" | "stderr", text: string): void {
    (to === "stdout" ? this.#out : this.#err).add(text);
    if (this.#out.length + this.#err.length > MAX_OUTPUT) this.#settle?.("too much");
    else if (!this.#isConnected) {
      if (this.#out.text === PROMPT) this.#settle?.("answered");
      else if (!PROMPT.startsWith(this.#out.text)) this.#settle?.("out of step");
    } else if (this.#out.hasEnded && this.#err.hasEnded) this.#settle?.("answered");
    else if (this.#err.hasEnded) this.#grace ??= setTimeout(() => this.#settle?.("out of step"), GRACE_MS);
  }

  ended(exitCode: number | undefined): void {
    this.#isLost = true;
    this.#exitCode = exitCode;
    this.#settle?.("died");
    this.#gone.resolve(undefined);
  }

  #exchange({ text, last }: Framed, limits: Limits): Promise<End> {
    this.#out.expect(last + PROMPT);
    this.#err.expect(complaint(last));
    return this.#end(limits, text);
  }

  /** Waits for the end of what virsh prints, after it was fed the text. */
  async #end(limits: Limits, text = ""): Promise<End> {
    if (this.#isLost) return "died";
    const left = limits.remaining();
    if (left < 1) return "timeout";
    const { promise, resolve } = Promise.withResolvers<End>();
    const timer = setTimeout(resolve, Math.min(left, LONGEST_TIMER_MS), "timeout");
    const stop = () => {
      resolve("timeout");
    };
    limits.stopped?.addEventListener("abort", stop);
    this.#settle = resolve;
    if (text !== "") this.#fed?.write(text);
    const end = await promise;
    clearTimeout(timer);
    clearTimeout(this.#grace);
    limits.stopped?.removeEventListener("abort", stop);
    [this.#settle, this.#grace] = [undefined, undefined];
    return end;
  }

  #judge<L extends Line>(request: Framed, lines: readonly L[]): Answer<L> {
    const stderr = this.#err.text;
    // Whatever connects, for instance ssh, may have printed a warning.
    const begin = this.#isNew ? stderr.indexOf(complaint(request.mark)) : 0;
    this.#isNew = false;
    const parts = partsOf({ stdout: this.#out.text, stderr: stderr.slice(Math.max(0, begin)) }, request);
    if (parts === undefined) {
      this.end();
      const complaints = complaintsOf(stderr, request);
      return { lost: "out of step", begun: true, ...(complaints === "" ? {} : { complaints }) };
    }
    this.#out.keep(PROMPT);
    this.#err.keep("");
    const ends = parts.map(finishedAs);
    const played = lines.flatMap((line, index) => {
      const end = ends[index];
      return end === undefined ? [] : [{ line, end }];
    });
    const [refused] = ends;
    return played.length < lines.length && refused !== undefined ? { whole: refused } : { played };
  }

  /** virsh ended by itself before it read anything: it could not connect. */
  #refused(): { whole: Finished } | undefined {
    if (this.#exitCode !== 1 || this.#out.text !== "") return undefined;
    const stderr = this.#err.text.replace(/^error: Failed to create '\/dev\/null\/.*\n/m, "");
    return { whole: { exitCode: 1, stdout: "", stderr } };
  }
}

/** What arrives on one output. */
class Output {
  #pieces: string[] = [];
  #length = 0;
  #end = "";
  /** The last that arrived, in which the end may have begun. */
  #tail = "";
  #hasEnded = false;

  get text(): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join("")];
    return this.#pieces[0] ?? "";
  }

  get length(): number {
    return this.#length;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Watches for this text. */
  expect(end: string): void {
    this.#end = end;
    this.#hasEnded = false;
    this.#tail = "";
  }

  /** Forgets all but this. */
  keep(text: string): void {
    this.#pieces = [text];
    this.#length = text.length;
  }

  add(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    // Searching all of a long answer, again with each piece of it, would take a time that grows with its square.
    const recent = this.#tail + text;
    this.#hasEnded ||= this.#end !== "" && recent.includes(this.#end);
    this.#tail = recent.slice(-this.#end.length);
  }
}
