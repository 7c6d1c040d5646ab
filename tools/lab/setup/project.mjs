import { readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { sum } from "./cache.mjs";
import { SetupError, task } from "./progress.mjs";
import { exists, run } from "../run.mjs";

/** The top of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** The Node.js that npm installs for the project; the machine's own may be too old for Pulumi's SDK. */
export const node = join(root, "node_modules/.bin/node");

const modules = join(root, "node_modules");

/** The compile cache of Node.js. Without it, a dynamic provider host takes twice as long to start. */
export const compiled = join(modules, ".cache/node");

const installed = join(modules, ".pulumi-virsh-installed");
const built = join(root, "dist/.built");
const SOURCES = ["provider", "sdk", "examples", "tools", "test"];

/** Installs the project's packages and compiles its sources, where needed. */
export async function prepareProject() {
  await withLock(root, async () => {
    await dependencies();
    await build();
  });
}

/** Runs `npm ci` when node_modules is not what package-lock.json says. */
async function dependencies() {
  const wanted = sum(await readFile(join(root, "package-lock.json"), "utf8"));
  if ((await readFile(installed, "utf8").catch(() => "")) === wanted) return;
  await task(
    { what: "installing npm packages", why: "Pulumi's SDK, Node.js and the tools", seconds: 30 },
    async () => {
      await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root });
    },
  );
  // The examples import the package by its name, as a user's program does.
  await rm(join(modules, "pulumi-virsh"), { force: true });
  await symlink("..", join(modules, "pulumi-virsh"));
  await checkNode();
  // The provider hosts cannot write the compile cache themselves, because the engine kills them.
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
  await run(node, ["--eval", "require('@pulumi/pulumi/runtime')"], { cwd: root, env });
  await writeFile(installed, wanted);
}

async function checkNode() {
  const next =
    "The npm package `node` fetches Node.js in its install script. If npm did not run it, allow it: npm rebuild node";
  const version = (await run(node, ["--version"], { next })).toString();
  if (Number(version.slice(1).split(".")[0]) < 22) throw new SetupError(`${node} is ${version}.\n${next}`);
}

/** Runs `tsc` when a source is newer than the last build, or was removed. */
async function build() {
  const since = await stat(built).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const places = [...SOURCES.map((source) => join(root, source)), join(root, "tsconfig.json")];
  if (since > (await newest(places))) return;
  const begun = new Date();
  await task({ what: "compiling", seconds: 10 }, async () => {
    await run(node, [join(modules, "typescript/bin/tsc"), "-p", root], { cwd: root });
  });
  for (const source of SOURCES) await prune(source);
  await writeFile(built, "");
  // A source that was changed during the build counts as newer.
  await utimes(built, begun, begun);
}

/** Removes what was compiled from sources that no longer exist: mocha would still run their tests. @param {string} folder */
async function prune(folder) {
  for (const name of await readdir(join(root, "dist", folder), { recursive: true }).catch(() => [])) {
    const source = name.replace(/\.(js|js\.map|d\.ts)$/, ".ts");
    if (source === name || (await exists(join(root, folder, source)))) continue;
    await rm(join(root, "dist", folder, name));
  }
}

/** @param {readonly string[]} places @returns {Promise<number>} */
async function newest(places) {
  const times = await Promise.all(
    places.map(async (place) => {
      const { mtimeMs } = await stat(place);
      const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
      // The time of a folder changes when a file is added or removed.
      const inside = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"));
      return Math.max(mtimeMs, await newest(inside.map(({ name }) => join(place, name))));
    }),
  );
  return Math.max(0, ...times);
}
