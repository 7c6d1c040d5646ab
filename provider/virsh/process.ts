import { sentences, VirshError, type ErrorParts } from "../errors.js";

/** What bounds an operation; one object is shared by all the calls that the operation makes. */
export interface Limits {
  /** The whole operation's time limit, as the user knows it. */
  readonly timeoutSeconds: number;
  /** Milliseconds of it that are left. */
  remaining(): number;
}

export interface Call {
  program: string;
  args: readonly string[];
  /** Phrase after "Unable to", for the error. */
  tried: string;
  /** Whether the call may change something on the host: decides what its reader is told after an interruption. */
  changes: boolean;
  limits: Limits;
}

/** A program that ran to its end, well or not. */
export interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The longest answer seen is a domain's XML, some hundred KB; a run-away output must not fill the memory. */
const MAX_OUTPUT = 32 * 1024 * 1024;

/** virsh has nothing to save at the end, so a second is ample before it is killed for good. */
const KILL_AFTER_MS = 1000;

/** Node's timers fire at once when asked for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const PACKAGES: Record<string, string> = {
  virsh: "the package libvirt-clients (Debian, Ubuntu) or libvirt-client (Fedora, RHEL, SUSE)",
  "qemu-img": "the package qemu-utils (Debian, Ubuntu), qemu-img (Fedora, RHEL) or qemu-tools (SUSE)",
};

/**
 * Runs one program to its end: the only place that starts processes. Arguments go to it as they are, no shell
 * in between. Every way not to reach an exit code is a `VirshError`; an exit code other than 0 is the caller's
 * to judge, for only the caller can read what that program writes.
 */
export async function run(call: Call): Promise<Finished> {
  const left = Math.min(Math.floor(call.limits.remaining()), LONGEST_TIMER_MS);
  if (left < 1) throw failed(call, timedOut(call.limits, "before it began", false));

  if (call.args.some((arg) => arg.includes("\0"))) {
    throw failed(call, { kind: "Invalid", said: "an argument holds a NUL character", next: "Remove it." });
  }

  // execa is an ES module, and loading it late keeps it out of programs that only preview.
  const { execa } = await import("execa");
  const result = await execa(call.program, call.args, {
    // Translations and locale tables would change, and with plain `C` destroy, the text that is read here; a
    // debug level that the user left in the environment would have virsh write more text between it.
    env: { LC_ALL: "C.UTF-8", LANGUAGE: "", TZ: "UTC", VIRSH_DEBUG: "4" },
    stdin: "ignore",
    stripFinalNewline: false,
    reject: false,
    timeout: left,
    maxBuffer: MAX_OUTPUT,
    forceKillAfterDelay: KILL_AFTER_MS,
    // Its own session: ssh below virsh finds no terminal to ask for a password on, so it fails instead of
    // waiting (or of stopping the whole process group), and it ends together with virsh.
    killDescendants: true,
  });

  const { exitCode, stdout, stderr } = result;
  const failure = interruption(result, call);
  if (failure !== undefined || exitCode === undefined) {
    throw failed(call, failure ?? { kind: "Unexpected", said: result.originalMessage ?? "it did not end" });
  }
  return { exitCode, stdout, stderr };
}

type Failure = Pick<ErrorParts, "kind" | "said" | "unchanged" | "next" | "begun">;

interface Outcome {
  code?: string | undefined;
  signal?: string | undefined;
  timedOut: boolean;
  isMaxBuffer: boolean;
  originalMessage?: string | undefined;
}

/** Why a program did not come to an exit code; the first that applies, for a stopped one also shows a signal. */
function interruption(outcome: Outcome, { program, changes, limits }: Call): Failure | undefined {
  if (outcome.timedOut) return timedOut(limits, "while it ran", changes);
  if (outcome.isMaxBuffer) {
    const said = `${program} wrote more than ${MAX_OUTPUT / 1024 / 1024} MiB`;
    return { kind: "Unexpected", said, ...afterwards(changes) };
  }
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

function notStarted(code: string, program: string, detail = code): Failure {
  const install = PACKAGES[program] ?? `what provides ${program}`;
  switch (code) {
    case "ENOENT":
      return {
        kind: "Unreachable",
        said: `${program} was not found`,
        next: `Install ${install} on the machine that runs Pulumi, and see that it is on PATH.`,
      };
    case "EACCES":
      return {
        kind: "Denied",
        said: `${program} is there but may not be executed`,
        next: `See the permissions of the ${program} that comes first on PATH, or install ${install}.`,
      };
    case "E2BIG":
      return {
        kind: "Invalid",
        said: "an argument is longer than the system allows",
        next: "Shorten the description: Linux takes 128 KiB in one argument.",
      };
    default:
      return { kind: "Unexpected", said: `${program} could not be started: ${detail}` };
  }
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

/** Ending virsh ends nothing on the host: libvirt's daemon finishes the job that it was given. */
function afterwards(changes: boolean): Pick<ErrorParts, "unchanged" | "next"> {
  if (!changes) return { unchanged: true };
  return {
    next: "The host may still be working on it: `virsh domcontrol` says so; then look at what is there before trying again.",
  };
}

function failed({ tried }: Call, failure: Failure): VirshError {
  return new VirshError({ tried, ...failure });
}
