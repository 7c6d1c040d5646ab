// npm run demo | npm test | npm run bench | npm run load | npm run lab -- COMMAND: sets everything up, starts a laboratory and runs the
// command in it. Plain Node.js without dependencies, because it runs before `npm ci`.
import { fileURLToPath } from "node:url";
import { runCommand } from "./run-command.mjs";
import { forwardSignalsTo, interruption, handleSignals } from "./signals.mjs";
import { startLaboratory } from "./laboratory.mjs";
import { choosePlugins, sayPlugins } from "./plugins.mjs";
import { selectStack } from "./stack.mjs";
import { testOnEveryLibvirt } from "./suite.mjs";
import { requestOf } from "./request.mjs";
import { libvirtChroot } from "./libvirt-chroot.mjs";
import { findEngine, findYamlHost } from "./setup/engine.mjs";
import { guestFiles } from "./setup/guest.mjs";
import { installForBench, installPackages } from "./setup/debian-packages.mjs";
import { say, SetupError, task } from "./setup/progress.mjs";
import { prepareProject, root } from "./setup/project.mjs";

/**
 * Starts a laboratory and runs the command in it.
 * @param {import("./laboratory.mjs").Built} built @param {string} verb @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [more] added to its environment
 */
async function inLaboratory(built, verb, command, more = {}) {
  forwardSignalsTo();
  const starting = {
    what: "starting the laboratory",
    why: "a private libvirt and two guests",
    seconds: 5,
    onlyInTerminal: true,
  };
  const laboratory = await task(starting, () => startLaboratory(built));
  try {
    const env = { ...process.env, ...laboratory.environment, ...more };
    if (verb === "test") await laboratory.agent();
    if (verb === "lab") await selectStack(command, env);
    interruption.throwIfAborted();
    return await runCommand(command, env, verb === "lab" ? undefined : root);
  } finally {
    forwardSignalsTo(() => undefined);
    await laboratory.stop();
  }
}

async function main() {
  // As it was before this laboratory adds to it: the laboratories on other libvirts start from here.
  const environment = { ...process.env };
  const { verb, release, everywhere, unit, command } = requestOf(process.argv.slice(2));
  handleSignals();
  if (unit) {
    await prepareProject();
    return runCommand(command, environment, root);
  }
  await installPackages();
  if (verb === "bench") await installForBench();
  const chroot = release === undefined ? undefined : await libvirtChroot(release);
  await prepareProject();
  const engineFolder = await findEngine();
  const plugins = await choosePlugins(engineFolder);
  sayPlugins(plugins);
  // Only tests and people run programs in YAML.
  const yaml = verb === "test" || verb === "lab" ? await findYamlHost(engineFolder) : undefined;
  const built = { engine: engineFolder, yaml, plugins, guest: await guestFiles(), chroot };
  if (!everywhere) return inLaboratory(built, verb, command);
  return testOnEveryLibvirt({
    own: (env) => inLaboratory(built, verb, command, env),
    // In a process of its own, because it runs beside another one.
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
