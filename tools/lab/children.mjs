import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { giveSignalsTo } from "./interruption.mjs";
import { SetupError } from "./setup/progress.mjs";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Runs the command to its end and gives its status. Signals that mean to end it go to it, and to those that run beside it.
 * @param {readonly string[]} command @param {NodeJS.ProcessEnv} env @param {string | undefined} cwd
 * @param {(text: Buffer) => void} [print] gets what it writes; without it that goes where ours goes
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
    // Ctrl-C in a terminal reaches the command by itself. A second one means something else to many programs.
    const passed = hasTerminal() ? ["SIGTERM", "SIGHUP"] : ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"];
    giveSignalsTo((signal) => void (passed.includes(signal) && running.forEach((one) => one.kill(signal))));
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
