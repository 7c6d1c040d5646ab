// npm run demo | npm test | npm run bench | npm run lab -- COMMAND: sets everything up, starts a laboratory, and runs
// the command in it. Plain Node.js without dependencies, for it has to run before `npm ci`.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { startLaboratory } from "./laboratory.mjs";
import { stackFor } from "./stack.mjs";
import { engine } from "./setup/engine.mjs";
import { guestFiles } from "./setup/guest.mjs";
import { packages } from "./setup/packages.mjs";
import { say, SetupError } from "./setup/progress.mjs";
import { build, dependencies, node, root } from "./setup/project.mjs";

/** @param {readonly string[]} words @returns {[string, ...string[]]} */
function commandOf([verb, ...words]) {
  const given = words[0] === "--" ? words.slice(1) : words;
  switch (verb) {
    case "demo":
      return [node, join(root, "dist/test/demo/main.js"), ...given];
    case "bench":
      return [node, join(root, "dist/test/bench/main.js"), ...given];
    case "test":
      return [node, join(root, "node_modules/mocha/bin/mocha.js"), "dist/test/**/*.test.js", ...given];
    case "lab":
      return given.length > 0 ? /** @type {[string, ...string[]]} */ (given) : [process.env.SHELL || "/bin/sh"];
    default:
      throw new SetupError("usage: main.mjs demo | test | bench | lab [--] [COMMAND …]");
  }
}

/**
 * Runs the command to its end. Signals that mean to end it go to it; the laboratory is taken down afterwards.
 * @param {[string, ...string[]]} command @param {NodeJS.ProcessEnv} env @param {string | undefined} cwd
 * @returns {Promise<number>}
 */
function runCommand([program, ...args], env, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env, ...(cwd === undefined ? {} : { cwd }) });
    // Ctrl-C in a terminal reaches the command by itself, so it is only to be survived here.
    ending = (signal) => void (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
    child.on("error", (error) => reject(new SetupError(`${program} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}

/** @type {(signal: NodeJS.Signals) => void} */
let ending = (signal) => process.exit(128 + constants.signals[signal]);
let stopping = false;
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => stopping || ending(signal));
}

async function main() {
  const words = process.argv.slice(2);
  const command = commandOf(words);
  await packages();
  await dependencies();
  await build();
  const built = { engine: await engine(), guest: await guestFiles() };
  // From here on nothing may end this process without the clean-up.
  ending = () => void (interrupted = true);
  let interrupted = false;
  const laboratory = await startLaboratory(built);
  try {
    if (interrupted) return 130;
    const env = { ...process.env, ...laboratory.environment };
    if (words[0] === "test") await laboratory.agent;
    if (words[0] === "lab") await stackFor(command, env);
    return await runCommand(command, env, words[0] === "lab" ? undefined : root);
  } finally {
    stopping = true;
    await laboratory.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    say(error instanceof SetupError ? `error: ${error.message}` : String(error?.stack ?? error));
    process.exit(1);
  },
);
