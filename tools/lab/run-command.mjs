import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { forwardSignalsTo } from "./signals.mjs";
import { SetupError } from "./setup/progress.mjs";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Runs the command and resolves with its exit status. Signals that ask this process to end are forwarded to it, and to
 * the other commands that are running.
 * @param {readonly string[]} command @param {NodeJS.ProcessEnv} env @param {string | undefined} cwd
 * @param {(text: Buffer) => void} [print] receives its output; without it, the output goes where ours goes
 * @returns {Promise<number>}
 */
export function runCommand([program = "", ...args], env, cwd, print) {
  return new Promise((resolve, reject) => {
    /** @type {import("node:child_process").StdioOptions} */
    const stdio = print === undefined ? "inherit" : ["inherit", "pipe", "pipe"];
    /** @type {import("node:child_process").ChildProcess} */
    const child = spawn(program, args, { stdio, env, ...(cwd === undefined ? {} : { cwd }) });
    if (print !== undefined) for (const stream of [child.stdout, child.stderr]) stream?.on("data", print);
    running.add(child);
    // In a terminal, Ctrl-C reaches the command directly. Forwarded as well, it would count as a second Ctrl-C, which many
    // programs treat differently.
    const passed = hasTerminal() ? ["SIGTERM", "SIGHUP"] : ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"];
    forwardSignalsTo(
      (signal) => void (passed.includes(signal) && running.forEach((one) => one.kill(signal))),
    );
    child.on("error", (error) => reject(new SetupError(`${program} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]);
    });
  });
}

function hasTerminal() {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
