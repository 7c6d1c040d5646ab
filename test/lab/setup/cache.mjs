import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, self } from "../owner.mjs";

const MANIFEST = "manifest.json";

/** The user's cache folder for what is built and downloaded. */
export const cacheRoot = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-virsh");

/**
 * A folder of the cache, built by `build` when it is not there whole. Its name changes with its recipe; it appears at
 * once or not at all; its files are checked against their sums before they are used.
 * @param {string} name
 * @param {readonly string[]} recipe everything that the result depends on
 * @param {(folder: string) => Promise<void>} build fills an empty folder
 */
export async function cached(name, recipe, build) {
  const folder = join(cacheRoot, `${name}-${sum(recipe.join("\0")).slice(0, 16)}`);
  if (await isWhole(folder)) return folder;
  await mkdir(cacheRoot, { recursive: true });
  const release = await lock(`${folder}.lock`);
  try {
    if (await isWhole(folder)) return folder;
    const fresh = await mkdtemp(join(cacheRoot, "new-"));
    try {
      await build(fresh);
      await writeFile(join(fresh, MANIFEST), JSON.stringify(await sums(fresh)));
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
    return folder;
  } finally {
    await release();
  }
}

/** @param {string} folder */
async function isWhole(folder) {
  try {
    const expected = JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
    const found = await sums(folder);
    return Object.keys(expected).every((file) => expected[file] === found[file]);
  } catch {
    return false;
  }
}

/** @param {string} folder @returns {Promise<Record<string, string>>} */
async function sums(folder) {
  const files = (await readdir(folder)).filter((file) => file !== MANIFEST);
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await fileSum(join(folder, file))])));
}

/** @param {string} file */
async function fileSum(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** @param {string} text */
export function sum(text) {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Waits until nobody else builds the same; a lock whose owner died is taken over.
 * @param {string} folder
 */
async function lock(folder) {
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(join(folder, "owner.json"), JSON.stringify(await self()));
      return () => rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
      if (await isStale(folder)) await rm(folder, { recursive: true, force: true });
      else await sleep(500);
    }
  }
}

/** @param {string} folder */
async function isStale(folder) {
  try {
    return !(await isAlive(JSON.parse(await readFile(join(folder, "owner.json"), "utf8"))));
  } catch {
    // Between the folder and the file in it lie milliseconds.
    return stat(folder).then(({ mtimeMs }) => Date.now() - mtimeMs > 10_000, () => false);
  }
}
