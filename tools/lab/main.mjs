// npm run demo | npm test | npm run bench | npm run lab -- COMMAND: sets everything up, starts a laboratory, and runs
// the command in it. Plain Node.js without dependencies, for it has to run before `npm ci`.
import { fileURLToPath } from "node:url";
import { runCommand } from "./children.mjs";
import { giveSignalsTo, interruption, takeSignals } from "./interruption.mjs";
import { startLaboratory } from "./laboratory.mjs";
import { choosePlugins, sayPlugins } from "./plugins.mjs";
import { stackFor } from "./stack.mjs";
import { testEverywhere } from "./suite.mjs";
import { requestOf } from "./request.mjs";
import { libvirtTree } from "./tree.mjs";
import { engine } from "./setup/engine.mjs";
import { guestFiles } from "./setup/guest.mjs";
import { packages } from "./setup/packages.mjs";
import { say, SetupError, task } from "./setup/progress.mjs";
import { project, root } from "./setup/project.mjs";

/**
 * Starts a laboratory and runs the command in it.
 * @param {import("./laboratory.mjs").Built} built @param {string} verb @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [more] what else is in its environment
 */
async function inLaboratory(built, verb, command, more = {}) {
  giveSignalsTo();
  const starting = {
    what: "starting the laboratory",
    why: "a libvirt of its own and two guests",
    seconds: 5,
    everyTime: true,
  };
  const laboratory = await task(starting, () => startLaboratory(built));
  try {
    const env = { ...process.env, ...laboratory.environment, ...more };
    if (verb === "test") await laboratory.agent();
    if (verb === "lab") await stackFor(command, env);
    interruption.throwIfAborted();
    return await runCommand(command, env, verb === "lab" ? undefined : root);
  } finally {
    giveSignalsTo(() => undefined);
    await laboratory.stop();
  }
}

async function main() {
  // A laboratory adds to it, and the next one is none of that one's business.
  const environment = { ...process.env };
  const { verb, release, everywhere, unit, command } = requestOf(process.argv.slice(2));
  takeSignals();
  if (unit) {
    await project();
    return runCommand(command, environment, root);
  }
  await packages();
  const tree = release === undefined ? undefined : await libvirtTree(release);
  await project();
  const engineFolder = await engine();
  const plugins = await choosePlugins(engineFolder);
  sayPlugins(plugins);
  const built = { engine: engineFolder, plugins, guest: await guestFiles(), tree };
  if (!everywhere) return inLaboratory(built, verb, command);
  return testEverywhere({
    own: (env) => inLaboratory(built, verb, command, env),
    // In a process of its own, for it runs beside another one.
    other: (at, files, env, print) =>
      runCommand(
        [process.execPath, fileURLToPath(import.meta.url), "test", "--libvirt", at, "--", ...files],
        { ...environment, ...env },
        root,
        print,
      ),
  });
}

main().then(
  (code) => process.exit(code),
  (error) => {
    if (interruption.aborted) process.exit(interruption.reason.status);
    say(error instanceof SetupError ? `error: ${error.message}` : String(error?.stack ?? error));
    process.exit(1);
  },
);
