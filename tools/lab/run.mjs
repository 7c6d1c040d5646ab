import { spawn } from "node:child_process";
import { access, constants, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { interruption } from "./signals.mjs";
import { SetupError } from "./setup/progress.mjs";

/**
 * Runs a program and resolves with its standard output. Its output is shown only when it fails. It ends when this
 * process is interrupted.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, next?: string }} [options] `next`: what to do when it fails
 * @returns {Promise<Buffer>}
 */
export function run(program, args, { cwd, env, input = "", next } = {}) {
  interruption.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: "pipe" });
    const end = () => child.kill();
    interruption.addEventListener("abort", end);
    /** @type {Buffer[]} */ const out = [];
    /** @type {Buffer[]} */ const all = [];
    child.stdout.on("data", (data) => (out.push(data), all.push(data)));
    child.stderr.on("data", (data) => all.push(data));
    child.stdin.on("error", () => undefined).end(input);
    const fail = (/** @type {string} */ how) => {
      const tail = Buffer.concat(all).toString().trim().split("\n").slice(-15).join("\n");
      reject(
        new SetupError(
          [`${[program, ...args].join(" ")} ${how}`, tail, next ?? ""].filter(Boolean).join("\n"),
        ),
      );
    };
    child.on("error", (error) => fail(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => {
      interruption.removeEventListener("abort", end);
      if (interruption.aborted) reject(interruption.reason);
      else if (code === 0) resolve(Buffer.concat(out));
      else fail(`ended with ${code ?? signal}`);
    });
  });
}

/**
 * The file of a program, in the first folder on PATH that has it.
 * @param {string} program
 * @param {string} [path]
 */
export async function which(program, path = process.env["PATH"] ?? "") {
  for (const folder of path.split(":").filter(Boolean)) {
    const file = join(folder, program);
    if (await exists(file, constants.X_OK)) return file;
  }
  return undefined;
}

/** Writes an executable script that runs these words with its own arguments. @param {string} file @param {readonly string[]} words */
export function writeScript(file, words) {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return writeFile(file, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
}

/** @param {string} file @param {number} [mode] */
export function exists(file, mode) {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
