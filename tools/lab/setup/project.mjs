import { readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alone } from "./alone.mjs";
import { sum } from "./cache.mjs";
import { SetupError, task } from "./progress.mjs";
import { exists, run } from "../run.mjs";

/** The top of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** The Node.js that the project brings through npm; the machine's own may be too old for Pulumi's SDK. */
export const node = join(root, "node_modules/.bin/node");

const modules = join(root, "node_modules");

/** What Node.js made of Pulumi's SDK, which takes half of what each host of dynamic providers needs to start. */
export const compiled = join(modules, ".cache/node");

const installed = join(modules, ".pulumi-virsh-installed");
const built = join(root, "dist/.built");
const SOURCES = ["provider", "sdk", "examples", "tools", "test"];

/** What the project itself needs before it runs: its packages, and its sources compiled. */
export async function project() {
  await alone(root, async () => {
    await dependencies();
    await build();
  });
}

/** `npm ci`, when node_modules is not what package-lock.json says. */
async function dependencies() {
  const wanted = sum(await readFile(join(root, "package-lock.json"), "utf8"));
  if ((await readFile(installed, "utf8").catch(() => "")) === wanted) return;
  await task(
    { what: "installing npm packages", why: "Pulumi's SDK, Node.js and the tools", seconds: 30 },
    async () => {
      await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root });
    },
  );
  // The examples name the package as a program of a user does.
  await rm(join(modules, "pulumi-virsh"), { force: true });
  await symlink("..", join(modules, "pulumi-virsh"));
  await checkNode();
  // The hosts would not write it down: the engine kills them.
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

/** `tsc`, when a source is newer than what was built, or one is gone. */
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
  // What changed meanwhile counts as newer.
  await utimes(built, begun, begun);
}

/** Removes what was compiled from a source that is gone: its tests would run on. @param {string} folder */
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
      // The time of a folder tells that something in it came or went.
      const inside = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"));
      return Math.max(mtimeMs, await newest(inside.map(({ name }) => join(place, name))));
    }),
  );
  return Math.max(0, ...times);
}
