import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Collected, Lines, quoted, withoutLineEnd } from "./text.mjs";

/** @typedef {{ stdout: string, stderr: string }} Outputs */

/**
 * What a user can give a command; in a state, what the last one put out besides.
 * @typedef {{ create?: string, update?: string, delete?: string, interpreter?: string[], stdin?: string, dir?: string,
 *   environment?: Record<string, string>, logging?: string, addPreviousOutputInEnv?: boolean } & Partial<Outputs>} Inputs
 */

const SHELL = ["/bin/sh", "-c"];

/** How the real plugin calls the signals that end a command. @type {Record<string, string>} */
const SIGNALS = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGQUIT: "quit",
  SIGABRT: "aborted",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGPIPE: "broken pipe",
  SIGTERM: "terminated",
};

/** The commands that run, and when each has ended. @type {Map<import("node:child_process").ChildProcess, Promise<unknown>>} */
const running = new Map();

/** Ends the commands that run, at once, and waits until they have ended. */
export async function endCommands() {
  for (const child of running.keys()) child.kill("SIGKILL");
  await Promise.all(running.values());
}

/**
 * Runs a command to its end. Throws when it fails, with its output.
 * @param {string} command @param {Inputs} inputs @param {Outputs} before what the last command put out
 * @param {(line: string) => Promise<void>} print
 * @returns {Promise<Outputs>}
 */
export async function runCommand(command, inputs, before, print) {
  const { interpreter = [], stdin = "", dir, logging = "stdoutAndStderr" } = inputs;
  const [program = "", ...args] = [...(interpreter.length > 0 ? interpreter : SHELL), command];
  const child = spawn(program, args, {
    cwd: dir,
    env: { ...process.env, ...inputs.environment, ...previousOutputs(inputs, before) },
    stdio: [stdin === "" ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const ended = endOf(child, program, dir);
  running.set(child, ended);
  // A command that does not read its input may still succeed.
  child.stdin?.on("error", () => undefined).end(stdin);
  const all = new Collected();
  const lines = new Lines(print);
  const take = (/** @type {"stdout" | "stderr"} */ name) => {
    const own = new Collected();
    child[name]?.on("data", (data) => {
      own.add(data);
      all.add(data);
      if (logging === name || logging === "stdoutAndStderr") lines.add(data);
    });
    return own;
  };
  const [stdout, stderr] = [take("stdout"), take("stderr")];
  const failure = await ended;
  running.delete(child);
  await lines.end();
  if (failure !== undefined) throw new Error(`${failure}: running ${quoted(command)}:\n${all}`);
  return { stdout: withoutLineEnd(String(stdout)), stderr: withoutLineEnd(String(stderr)) };
}

/** @param {Inputs} inputs @param {Outputs} before */
function previousOutputs({ addPreviousOutputInEnv = true }, { stdout, stderr }) {
  if (!addPreviousOutputInEnv) return {};
  return {
    ...(stdout ? { PULUMI_COMMAND_STDOUT: stdout } : {}),
    ...(stderr ? { PULUMI_COMMAND_STDERR: stderr } : {}),
  };
}

/**
 * How the command failed, in the words of the real plugin; nothing if it succeeded.
 * @param {import("node:child_process").ChildProcess} child @param {string} program @param {string | undefined} dir
 * @returns {Promise<string | undefined>}
 */
async function endOf(child, program, dir) {
  try {
    const [code, signal] = await once(child, "close");
    if (signal !== null) return `signal: ${SIGNALS[signal] ?? signal}`;
    return code === 0 ? undefined : `exit status ${code}`;
  } catch (error) {
    return notStarted(/** @type {NodeJS.ErrnoException} */ (error), program, dir);
  }
}

/** @param {NodeJS.ErrnoException} error @param {string} program @param {string | undefined} dir */
function notStarted(error, program, dir) {
  if (error.code === "EACCES") return `fork/exec ${program}: permission denied`;
  if (error.code !== "ENOENT") return `fork/exec ${program}: ${error.message}`;
  if (dir !== undefined && !existsSync(dir)) return `chdir ${dir}: no such file or directory`;
  return program.includes("/")
    ? `fork/exec ${program}: no such file or directory`
    : `exec: ${quoted(program)}: executable file not found in $PATH`;
}
