import { spawn } from "node:child_process";
import { once } from "node:events";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { commandLine, environmentOf } from "./command-line.mjs";

/** The runner ends with this status when it has reported the program's error itself. */
const REPORTED = 32;

/** How long an interrupted program has to end by itself. */
const GRACE_MS = 5000;

/** The programs that run, and when each has ended. @type {Map<import("node:child_process").ChildProcess, Promise<unknown>>} */
const running = new Map();

/**
 * Runs a program to its end. What it prints goes where this process prints, and the engine shows it.
 * @param {import("./command-line.mjs").RunRequest} request @param {string} engineAddress
 * @param {(end: () => void) => void} onCancel is given what interrupts the program
 * @returns {Promise<language.RunResponse>} how it ended
 */
export async function runProgram(request, engineAddress, onCancel) {
  const response = new language.RunResponse();
  if (request.getAttachDebugger())
    return response.setError("The laboratory's language host has no debugger.");
  try {
    const status = await statusOf(commandLine(request, engineAddress), environmentOf(request), onCancel);
    if (status === 0) return response;
    if (status === REPORTED) return response.setBail(true);
    return response.setError(`Program exited with non-zero exit code: ${status}`);
  } catch (error) {
    return response.setError(/** @type {Error} */ (error).message);
  }
}

/** Interrupts every program that runs, and waits until all have ended. */
export async function interruptPrograms() {
  for (const program of running.keys()) interrupt(program);
  await Promise.all(running.values());
}

/**
 * @param {readonly string[]} words @param {Record<string, string>} env @param {(end: () => void) => void} onCancel
 * @returns {Promise<number>} the exit code, -1 after a signal
 */
function statusOf([command = "", ...args], env, onCancel) {
  const program = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  /** @type {Promise<number>} */
  const ended = once(program, "close").then(([code]) => code ?? -1);
  running.set(
    program,
    ended.catch(() => undefined).finally(() => running.delete(program)),
  );
  onCancel(() => interrupt(program));
  return ended;
}

/** @param {import("node:child_process").ChildProcess} program */
function interrupt(program) {
  program.kill("SIGINT");
  setTimeout(() => program.kill("SIGKILL"), GRACE_MS).unref();
}
