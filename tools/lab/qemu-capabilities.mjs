import { copyFile, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { cacheRoot } from "./setup/cache.mjs";

/** Where, below XDG_CACHE_HOME, libvirt keeps the capabilities of each QEMU that it has probed. */
const FOLDERS = ["libvirt", "libvirt/qemu", "libvirt/qemu/cache", "libvirt/qemu/cache/capabilities"];
const CAPABILITIES = /** @type {string} */ (FOLDERS.at(-1));

/**
 * Gives a daemon the capabilities that an earlier one has probed, which takes two seconds. The daemon checks itself
 * whether they are still valid.
 * @param {string} name of the libvirt @param {string} cache of the daemon @param {(path: string) => Promise<void>} own
 */
export async function restoreCapabilities(name, cache, own) {
  for (const folder of FOLDERS) {
    await mkdir(join(cache, folder));
    await own(join(cache, folder));
  }
  const kept = join(cacheRoot, `qemu-capabilities-${name}`);
  for (const file of await readdir(kept).catch(() => [])) {
    if (!file.endsWith(".xml")) continue;
    await copyFile(join(kept, file), join(cache, CAPABILITIES, file));
    await own(join(cache, CAPABILITIES, file));
  }
}

/** Saves what this daemon has probed, if it came that far. @param {string} name @param {string} cache */
export async function saveCapabilities(name, cache) {
  const files = await readdir(join(cache, CAPABILITIES)).catch(() => []);
  const kept = join(cacheRoot, `qemu-capabilities-${name}`);
  await mkdir(kept, { recursive: true });
  for (const file of files) {
    const fresh = join(kept, `${file}.${process.pid}`);
    await copyFile(join(cache, CAPABILITIES, file), fresh);
    await rename(fresh, join(kept, file));
  }
}
