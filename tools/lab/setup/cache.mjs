import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { withLock } from "./lock.mjs";

const MANIFEST = "manifest.json";

/** The folder in the user's cache for what is built and downloaded. */
export const cacheRoot = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pulumi-virsh");

/**
 * A folder of the cache, built by `build` when it is missing or damaged. Its name changes with its recipe. It appears
 * complete or not at all, and its content is checked before each use.
 * @param {string} name
 * @param {readonly string[]} recipe everything the result depends on
 * @param {(folder: string) => Promise<void>} build fills an empty folder
 */
export async function cached(name, recipe, build) {
  const folder = join(cacheRoot, `${name}-${sum(recipe.join("\0")).slice(0, 16)}`);
  if (await isIntact(folder)) return folder;
  await withLock(folder, async () => {
    if (await isIntact(folder)) return;
    const fresh = `${folder}.new`;
    // A build that was killed has left its folder.
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    try {
      await build(fresh);
      await writeFile(join(fresh, MANIFEST), JSON.stringify(await sums(fresh)));
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
  return folder;
}

/** @param {string} folder */
async function isIntact(folder) {
  try {
    const expected = JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
    const found = await sums(folder);
    return Object.keys(expected).every((entry) => expected[entry] === found[entry]);
  } catch {
    return false;
  }
}

/** @param {string} folder @returns {Promise<Record<string, string>>} */
async function sums(folder) {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => name !== MANIFEST);
  const sumOf = (/** @type {import("node:fs").Dirent} */ entry) =>
    (entry.isDirectory() ? treeSum : fileSum)(join(folder, entry.name));
  return Object.fromEntries(
    await Promise.all(entries.map(async (entry) => [entry.name, await sumOf(entry)])),
  );
}

/** @param {string} file */
async function fileSum(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Sums up which files exist, and their sizes. Reading a whole system at every start would take too long. @param {string} folder */
async function treeSum(folder) {
  return sum((await sizes(folder, ".")).sort().join("\n"));
}

/** @param {string} top @param {string} place @returns {Promise<string[]>} */
async function sizes(top, place) {
  const entries = await readdir(join(top, place), { withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = join(place, entry.name);
    if (entry.isDirectory()) return sizes(top, path);
    return entry.isFile() ? [`${path} ${(await lstat(join(top, path))).size}`] : [];
  });
  return (await Promise.all(found)).flat();
}

/** @param {string} text */
export function sum(text) {
  return createHash("sha256").update(text).digest("hex");
}
