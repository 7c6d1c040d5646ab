import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { sentences, VirshError, type ErrorParts } from "../errors.js";

/** The time limit of an operation. All calls of the operation share one object. */
export interface Limits {
  /** The limit of the whole operation, as the user set it. */
  readonly timeoutSeconds: number;
  /** Milliseconds of it that are left; none once the provider stops waiting. */
  remaining(): number;
  /** Aborted when the provider is told to stop waiting. */
  readonly stopped?: AbortSignal | undefined;
}

export interface Call {
  program: string;
  args: readonly string[];
  /** For the error: the phrase after "Unable to". */
  tried: string;
  /** Whether the call may change something on the host. It decides what the error says after an interruption. */
  changes: boolean;
  limits: Limits;
}

/** A program that ended with an exit code, whether 0 or not. */
export interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The longest output seen is a domain's XML of some hundred KB. Endless output must not fill the memory. */
export const MAX_OUTPUT = 32 * 1024 * 1024;

/** virsh has nothing to save when it ends, so one second is enough before it is killed. */
const KILL_AFTER_MS = 1000;

/** A longer timer of Node.js fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

const PACKAGES: Record<string, string> = {
  virsh: "the package libvirt-clients (Debian, Ubuntu) or libvirt-client (Fedora, RHEL, SUSE)",
  "qemu-img": "the package qemu-utils (Debian, Ubuntu), qemu-img (Fedora, RHEL) or qemu-tools (SUSE)",
};

/**
 * Translations change the text that is parsed here, and plain `C` destroys characters in it. A debug level that the user
 * left in the environment would make virsh print more text in between.
 */
const ENVIRONMENT = { LC_ALL: "C.UTF-8", LANGUAGE: "", TZ: "UTC", VIRSH_DEBUG: "4" };

/**
 * Runs one program to its end. Only this file starts processes. The arguments are passed as they are, without a shell. If the program does not reach an exit code, a `VirshError` is thrown; the caller judges exit codes,
 * because only the caller can read what the program prints.
 */
export async function run(call: Call): Promise<Finished> {
  const left = Math.min(Math.floor(call.limits.remaining()), LONGEST_TIMER_MS);
  if (left < 1) throw failed(call, noTimeLeft(call.limits, "before it began", false));

  if (call.args.some((arg) => arg.includes("\0"))) {
    throw failed(call, { kind: "Invalid", said: "an argument contains a NUL character", next: "Remove it." });
  }

  // execa is an ES module. Loading it here keeps it out of programs that only preview.
  const { execa } = await import("execa");
  const result = await execa(call.program, call.args, {
    env: ENVIRONMENT,
    stdin: "ignore",
    stripFinalNewline: false,
    reject: false,
    timeout: left,
    ...(call.limits.stopped === undefined ? {} : { cancelSignal: call.limits.stopped }),
    maxBuffer: MAX_OUTPUT,
    forceKillAfterDelay: KILL_AFTER_MS,
    // A session of its own: the ssh that virsh starts finds no terminal to ask for a password, so it fails instead of
    // waiting (or stopping the whole process group), and it ends together with virsh.
    killDescendants: true,
  });

  const { exitCode, stdout, stderr } = result;
  const failure = interruption(result, call);
  if (failure !== undefined || exitCode === undefined) {
    throw failed(call, failure ?? { kind: "Unexpected", said: result.originalMessage ?? "it did not end" });
  }
  return { exitCode, stdout, stderr };
}

/** A program that runs until it is ended, and reads what to do from its standard input. */
export interface Fed {
  write(text: string): void;
  /** Ends it at once, with the processes that it started. Its standard input stays open until then. */
  kill(): void;
  /** Whether this process waits for it before it exits. */
  hold(held: boolean): void;
}

/** What is called with what a fed program prints, and once it has ended. */
export interface Listener {
  printed(to: "stdout" | "stderr", text: string): void;
  /** `exitCode`: missing where it did not start, or was killed. */
  ended(exitCode: number | undefined): void;
}

/**
 * Starts a program to feed. `env` is added to its environment. Without execa, which takes longer to load than a program
 * takes to start, and whose buffers and errors are of no use here.
 */
export function feed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  listener: Listener,
): Fed {
  // A session of its own, as above.
  const options = { env: { ...process.env, ...ENVIRONMENT, ...env }, detached: true };
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(program, args, options);
  } catch {
    // An argument that is too long. A process of its own will say so.
    listener.ended(undefined);
    return { write: () => undefined, kill: () => undefined, hold: () => undefined };
  }
  const { stdin, stdout, stderr } = child;
  let [isClosed, isTold] = [false, false];
  const end = () => {
    // Another process may have that number by now.
    if (!isClosed) endGroup(child);
  };
  const tell = (exitCode: number | undefined) => {
    if (!isTold) listener.ended(exitCode);
    isTold = true;
  };
  // A signal that ends this process closes the standard input, with which virsh ends by itself.
  process.setMaxListeners(process.getMaxListeners() + 1).once("exit", end);
  // Decoded here, a character that is split between two pieces arrives whole.
  stdout.setEncoding("utf8").on("data", (text: string) => {
    listener.printed("stdout", text);
  });
  stderr.setEncoding("utf8").on("data", (text: string) => {
    listener.printed("stderr", text);
  });
  // It may have ended, or not started, which "close" says.
  stdin.on("error", () => undefined);
  child.on("error", () => undefined);
  child.once("close", (exitCode) => {
    isClosed = true;
    process.off("exit", end).setMaxListeners(process.getMaxListeners() - 1);
    tell(exitCode ?? undefined);
  });
  // A program that it left behind may keep the outputs open.
  child.once("exit", (exitCode) => {
    later(tell, exitCode ?? undefined);
  });
  const handles = [child, stdin, stdout, stderr] as { ref?(): void; unref?(): void }[];
  return {
    write: (text) => {
      stdin.write(text);
    },
    kill: () => {
      end();
      later(tell, undefined);
    },
    hold: (held) => {
      for (const handle of handles) {
        if (held) handle.ref?.();
        else handle.unref?.();
      }
    },
  };
}

function later<T>(act: (value: T) => void, value: T): void {
  setTimeout(act, KILL_AFTER_MS, value).unref();
}

/** Ends a program that was started detached, with all that it started. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // They have all ended.
  }
}

type Failure = Pick<ErrorParts, "kind" | "said" | "unchanged" | "next" | "begun">;

interface Outcome {
  code?: string | undefined;
  signal?: string | undefined;
  timedOut: boolean;
  isCanceled: boolean;
  isMaxBuffer: boolean;
  originalMessage?: string | undefined;
}

/** Why a program has no exit code. The order matters: a program that was stopped also shows a signal. */
function interruption(outcome: Outcome, { program, changes, limits }: Call): Failure | undefined {
  if (outcome.timedOut || outcome.isCanceled) return noTimeLeft(limits, "while it ran", changes);
  if (outcome.isMaxBuffer) return tooMuch(program, changes);
  if (outcome.code !== undefined) return notStarted(outcome.code, program, outcome.originalMessage);
  if (outcome.signal !== undefined) {
    return {
      kind: "Cancelled",
      said: `${program} was killed by ${outcome.signal}`,
      ...afterwards(changes),
      begun: changes,
    };
  }
  return undefined;
}

/** Why a session of virsh gave no answer that can be trusted. */
export type Lost = "died" | "timeout" | "out of step" | "too much" | "unfit";

/** The error of a call that a session of virsh did not answer. `begun`: it may have been carried out. */
export function unanswered(
  call: Omit<Call, "args">,
  { lost, begun }: { lost: Lost; begun: boolean },
): VirshError {
  const changes = call.changes && begun;
  if (lost === "timeout" || call.limits.stopped?.aborted === true)
    return failed(call, noTimeLeft(call.limits, "while it ran", changes));
  if (lost === "too much") return failed(call, tooMuch(call.program, changes));
  const said =
    lost === "died"
      ? `${call.program} ended while it ran`
      : `${call.program} lost its connection while it ran`;
  return failed(call, { kind: "Cancelled", said, ...afterwards(changes), begun: changes });
}

function tooMuch(program: string, changes: boolean): Failure {
  const said = `${program} wrote more than ${MAX_OUTPUT / 1024 / 1024} MiB`;
  return { kind: "Unexpected", said, ...afterwards(changes) };
}

function notStarted(code: string, program: string, detail = code): Failure {
  return { ...whyNotStarted(code, program, detail), begun: false };
}

function whyNotStarted(code: string, program: string, detail: string): Failure {
  const install = PACKAGES[program] ?? `what provides ${program}`;
  switch (code) {
    case "ENOENT":
      return {
        kind: "Unreachable",
        said: `${program} was not found`,
        next: `Install ${install} on the machine that runs this program, and check that it is on PATH.`,
      };
    case "EACCES":
      return {
        kind: "Denied",
        said: `${program} may not be executed`,
        next: `Check the permissions of the first ${program} on PATH, or install ${install}.`,
      };
    case "E2BIG":
      return {
        kind: "Invalid",
        said: "an argument is longer than the system allows",
        next: "Shorten the description: Linux allows 128 KiB in one argument.",
      };
    default:
      return { kind: "Unexpected", said: `${program} could not be started: ${detail}` };
  }
}

function noTimeLeft(limits: Limits, when: string, changes: boolean): Failure {
  if (limits.stopped?.aborted !== true) return timedOut(limits, when, changes);
  return { kind: "Cancelled", said: `Pulumi was stopped ${when}`, ...afterwards(changes), begun: changes };
}

function timedOut({ timeoutSeconds }: Limits, when: string, changes: boolean): Failure {
  const { unchanged, next } = afterwards(changes);
  return {
    kind: "Timeout",
    said: `the time limit of ${timeoutSeconds} s ran out ${when}`,
    unchanged,
    next: sentences(next, "timeoutSeconds sets the limit."),
    begun: changes,
  };
}

/** Ending virsh stops nothing on the host: libvirt's daemon finishes the job. */
function afterwards(changes: boolean): Pick<ErrorParts, "unchanged" | "next"> {
  if (!changes) return { unchanged: true };
  return {
    next: "The host may still be working on it: `virsh domcontrol` says so; then look at what is there before trying again.",
  };
}

function failed({ tried }: Pick<Call, "tried">, failure: Failure): VirshError {
  return new VirshError({ tried, ...failure });
}
