import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exists, which } from "./run.mjs";
import { say } from "./setup/progress.mjs";
import { node, root } from "./setup/project.mjs";

/**
 * What a complete installation of Pulumi brings beside the engine, and what stands in for it where it is missing: the
 * kind of plugin, its name, the main module of the stand-in, and the npm package whose version it goes by.
 */
const PLUGINS = [
  { kind: "language", name: "nodejs", main: "language-host/main.mjs", of: "@pulumi/pulumi" },
  { kind: "resource", name: "command", main: "command-plugin/main.mjs", of: "@pulumi/command" },
];

/** @typedef {typeof PLUGINS[number]} Plugin */
/** @typedef {{ plugin: Plugin, real: string | undefined }} Choice `real`: the file of Pulumi's own plugin, if there is one */

/** Which plugins the engine will use, those of Pulumi first. @param {string} engine the folder of `pulumi` */
export async function choosePlugins(engine) {
  return Promise.all(PLUGINS.map(async (plugin) => ({ plugin, real: await realPlugin(plugin, engine) })));
}

/** Says in one line which plugins are used. @param {readonly Choice[]} choices */
export function sayPlugins(choices) {
  const own = (/** @type {Plugin} */ plugin) => `the laboratory's own ${fileOf(plugin)}`;
  say(`• Pulumi's plugins: ${choices.map(({ plugin, real }) => real ?? own(plugin)).join(", ")}`);
}

/**
 * Puts a stand-in for each plugin that is missing where the engine looks last, behind PATH and its own folder.
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
    const words = [node, main].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    await writeFile(join(folder, fileOf(plugin)), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  }
}

/** On PATH, or beside the engine, where only language hosts are looked for. @param {Plugin} plugin @param {string} engine */
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
