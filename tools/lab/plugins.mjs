import { mkdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists, which, writeScript } from "./run.mjs";
import { say } from "./setup/progress.mjs";
import { node, root } from "./setup/project.mjs";

/**
 * The plugins that Pulumi installs for its users, and the stand-ins for those that are missing. `main`: the main module
 * of the stand-in; `of`: the npm package whose version the stand-in reports.
 */
const PLUGINS = [
  { kind: "language", name: "nodejs", main: "language-host/main.mjs", of: "@pulumi/pulumi" },
  { kind: "resource", name: "command", main: "command-plugin/main.mjs", of: "@pulumi/command" },
];

/** @typedef {typeof PLUGINS[number]} Plugin */
/** @typedef {{ plugin: Plugin, real: string | undefined }} Choice `real`: the file of Pulumi's own plugin, if there is one */

/** Finds out which plugins the engine will use. Pulumi's own take precedence. @param {string} engine the folder of `pulumi` */
export async function choosePlugins(engine) {
  return Promise.all(PLUGINS.map(async (plugin) => ({ plugin, real: await realPlugin(plugin, engine) })));
}

/** Says in one line which plugins are used. @param {readonly Choice[]} choices */
export function sayPlugins(choices) {
  const own = (/** @type {Plugin} */ plugin) => `the laboratory's own ${fileOf(plugin)}`;
  say(`• Pulumi's plugins: ${choices.map(({ plugin, real }) => real ?? own(plugin)).join(", ")}`);
}

/**
 * Installs a stand-in for each plugin that is missing. It goes where the engine looks last, after PATH and its own folder.
 * @param {string} home PULUMI_HOME @param {readonly Choice[]} choices
 */
export async function installPlugins(home, choices) {
  for (const { plugin, real } of choices) {
    if (real !== undefined) continue;
    const manifest = join(root, "node_modules", plugin.of, "package.json");
    const { version } = JSON.parse(await readFile(manifest, "utf8"));
    const folder = join(home, "plugins", `${plugin.kind}-${plugin.name}-v${version}`);
    await mkdir(folder, { recursive: true });
    const main = fileURLToPath(new URL(plugin.main, import.meta.url));
    await writeScript(join(folder, fileOf(plugin)), [node, main]);
  }
}

/** Looks on PATH, and beside the engine, where the engine itself looks for language hosts only. @param {Plugin} plugin @param {string} engine */
async function realPlugin(plugin, engine) {
  const onPath = await which(fileOf(plugin));
  if (onPath !== undefined || plugin.kind !== "language") return onPath;
  const beside = join(dirname(await realpath(join(engine, "pulumi"))), fileOf(plugin));
  return (await exists(beside)) ? beside : undefined;
}

/** @param {Plugin} plugin */
function fileOf({ kind, name }) {
  return `pulumi-${kind}-${name}`;
}
