import { readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./owner.mjs";

/** Where laboratories live. Fixed and short: the paths of sockets end at 108 bytes. */
export const PLACE = "/tmp";
export const PREFIX = "pv-lab-";
export const OWNER = "owner.json";

/** Ends what laboratories have left whose owner is dead, and removes their folders. */
export async function sweep() {
  for (const name of await readdir(PLACE)) {
    const base = join(PLACE, name);
    if (name.startsWith(PREFIX) && (await isAbandoned(base))) await clear(base);
  }
}

/** @param {string} base */
async function isAbandoned(base) {
  const folder = await stat(base).catch(() => undefined);
  if (folder === undefined || folder.uid !== process.getuid?.()) return false;
  try {
    return !(await isAlive(JSON.parse(await readFile(join(base, OWNER), "utf8"))));
  } catch {
    // No owner yet: another start is just making it, or died while it did.
    return Date.now() - folder.mtimeMs > 60_000;
  }
}

/**
 * Ends every process that belongs to the laboratory at `base`, and removes its folder. A process belongs to it when its
 * arguments or its environment name the folder: QEMU and libvirtd, and whatever a command left running.
 * @param {string} base
 */
export async function clear(base) {
  for (let tries = 0; tries < 50; tries += 1) {
    const pids = await processesOf(base);
    if (pids.length === 0) break;
    // libvirtd is asked first; what is still there after a second is not asked any more.
    for (const pid of pids) kill(pid, tries < 10 ? "SIGTERM" : "SIGKILL");
    await sleep(100);
  }
  await rm(base, { recursive: true, force: true, maxRetries: 5 });
}

/** @param {string} base @returns {Promise<number[]>} */
async function processesOf(base) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await belongs(pid, base)) ? [pid] : [])));
  return found.flat().filter((pid) => pid !== process.pid);
}

/** @param {number} pid @param {string} base */
async function belongs(pid, base) {
  const texts = await Promise.all(
    ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "")),
  );
  // A zombie has neither; nor has what is not ours to see.
  return texts.some((text) => text.includes(`${base}/`)) && (await readlink(`/proc/${pid}/exe`).then(() => true, () => false));
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
