import { readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sum } from "./cache.mjs";
import { SetupError, task } from "./progress.mjs";
import { run } from "../run.mjs";

/** The top of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** The Node.js that the project brings through npm; the machine's own may be too old for Pulumi's SDK. */
export const node = join(root, "node_modules/.bin/node");

const modules = join(root, "node_modules");
const installed = join(modules, ".pulumi-virsh-installed");
const built = join(root, "dist/.built");
const SOURCES = ["provider", "sdk", "test", "examples", "tsconfig.json"];

/** `npm ci`, when node_modules is not what package-lock.json says. */
export async function dependencies() {
  const wanted = sum(await readFile(join(root, "package-lock.json"), "utf8"));
  if ((await readFile(installed, "utf8").catch(() => "")) !== wanted) {
    await task({ what: "installing npm packages", why: "Pulumi's SDK, Node.js and the tools", seconds: 30 }, async () => {
      await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root });
    });
    // The examples name the package as a program of a user does.
    await rm(join(modules, "pulumi-virsh"), { force: true });
    await symlink("..", join(modules, "pulumi-virsh"));
    await checkNode();
    await writeFile(installed, wanted);
  }
}

async function checkNode() {
  const next =
    "The npm package `node` fetches Node.js in its install script. If npm did not run it, allow it: npm rebuild node";
  const version = (await run(node, ["--version"], { next })).toString();
  if (Number(version.slice(1).split(".")[0]) < 22) throw new SetupError(`${node} is ${version}.\n${next}`);
}

/** `tsc`, when a source is newer than what was built. */
export async function build() {
  const since = await stat(built).then(({ mtimeMs }) => mtimeMs, () => 0);
  if (since > (await newest(SOURCES.map((source) => join(root, source))))) return;
  const begun = new Date();
  await task({ what: "compiling", seconds: 10 }, async () => {
    await run(node, [join(modules, "typescript/bin/tsc"), "-p", root], { cwd: root });
  });
  await writeFile(built, begun.toISOString());
}

/** @param {readonly string[]} places @returns {Promise<number>} */
async function newest(places) {
  const times = await Promise.all(
    places.map(async (place) => {
      const { mtimeMs } = await stat(place);
      const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
      const inside = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(".ts"));
      return Math.max(mtimeMs, await newest(inside.map(({ name }) => join(place, name))));
    }),
  );
  return Math.max(0, ...times);
}
