import { copyFile, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { cacheRoot } from "./setup/cache.mjs";

/** Where, below XDG_CACHE_HOME, libvirt keeps what it found out about each QEMU. */
const WITHIN = ["libvirt", "libvirt/qemu", "libvirt/qemu/cache", "libvirt/qemu/cache/capabilities"];
const PLACE = /** @type {string} */ (WITHIN.at(-1));

/**
 * Hands a daemon what an earlier one found out about QEMU, which takes two seconds. Whether it still holds the daemon
 * judges itself.
 * @param {string} name of the libvirt it is @param {string} cache of the daemon @param {(path: string) => Promise<void>} own
 */
export async function handProbed(name, cache, own) {
  for (const folder of WITHIN) {
    await mkdir(join(cache, folder));
    await own(join(cache, folder));
  }
  const kept = join(cacheRoot, `probed-${name}`);
  for (const file of await readdir(kept).catch(() => [])) {
    if (!file.endsWith(".xml")) continue;
    await copyFile(join(kept, file), join(cache, PLACE, file));
    await own(join(cache, PLACE, file));
  }
}

/** Keeps what this daemon has found out, if it came that far. @param {string} name @param {string} cache */
export async function keepProbed(name, cache) {
  const files = await readdir(join(cache, PLACE)).catch(() => []);
  const kept = join(cacheRoot, `probed-${name}`);
  await mkdir(kept, { recursive: true });
  for (const file of files) {
    const fresh = join(kept, `${file}.${process.pid}`);
    await copyFile(join(cache, PLACE, file), fresh);
    await rename(fresh, join(kept, file));
  }
}
