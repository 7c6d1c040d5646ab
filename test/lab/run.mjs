import { spawn } from "node:child_process";
import { SetupError } from "./setup/progress.mjs";

/**
 * Runs a program to its end and gives its output. What it wrote is shown only when it failed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, next?: string }} [options] `next`: what to do when it fails
 * @returns {Promise<Buffer>}
 */
export function run(program, args, { cwd, env, input = "", next } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: "pipe" });
    /** @type {Buffer[]} */ const out = [];
    /** @type {Buffer[]} */ const all = [];
    child.stdout.on("data", (data) => (out.push(data), all.push(data)));
    child.stderr.on("data", (data) => all.push(data));
    child.stdin.on("error", () => undefined).end(input);
    const fail = (/** @type {string} */ how) => {
      const tail = Buffer.concat(all).toString().trim().split("\n").slice(-15).join("\n");
      reject(new SetupError(`${[program, ...args].join(" ")} ${how}\n${tail}${next === undefined ? "" : `\n${next}`}`));
    };
    child.on("error", (error) => fail(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => (code === 0 ? resolve(Buffer.concat(out)) : fail(`ended with ${code ?? signal}`)));
  });
}

/**
 * The first folder on PATH that has this program.
 * @param {string} program
 * @param {string} [path]
 */
export async function which(program, path = process.env.PATH ?? "") {
  const { access, constants } = await import("node:fs/promises");
  const { join } = await import("node:path");
  for (const folder of path.split(":").filter(Boolean)) {
    const file = join(folder, program);
    if (await access(file, constants.X_OK).then(() => true, () => false)) return file;
  }
  return undefined;
}
