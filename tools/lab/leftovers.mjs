import { spawnSync } from "node:child_process";
import { lstat, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./owner.mjs";

/** Where laboratories live. Fixed and short: the paths of sockets end at 108 bytes. */
export const PLACE = "/tmp";
export const PREFIX = "pv-lab-";
export const OWNER = "owner.json";

const LOOK_EVERY_MS = 50;

/** How long processes have to end by themselves: one may be a laboratory within the laboratory, with its own to end. */
const PATIENCE_MS = 5000;

/** Ends what laboratories have left whose owner is dead, and removes their folders. */
export async function sweep() {
  for (const name of await readdir(PLACE)) {
    const base = join(PLACE, name);
    if (name.startsWith(PREFIX) && (await isAbandoned(base))) await clear(base);
  }
}

/** @param {string} base */
async function isAbandoned(base) {
  const folder = await lstat(base).catch(() => undefined);
  if (folder === undefined || !folder.isDirectory() || folder.uid !== process.getuid?.()) return false;
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
  const asked = new Set();
  for (const begun = Date.now(); ; await sleep(LOOK_EVERY_MS)) {
    const pids = await processesOf(base);
    const waited = Date.now() - begun;
    // What cannot even be killed is not ours: someone else looking into the folder.
    if (pids.length === 0 || waited > 2 * PATIENCE_MS) break;
    for (const pid of pids) {
      // Asked once only: what is at its clean-up may take a second request for impatience.
      if (waited > PATIENCE_MS) kill(pid, "SIGKILL");
      else if (!asked.has(pid)) kill(pid, "SIGTERM");
      asked.add(pid);
    }
  }
  await unmountBelow(base);
  await rm(base, { recursive: true, force: true, maxRetries: 5 });
}

/** What a command mounted in the laboratory's folder would keep it from being removed. @param {string} base */
async function unmountBelow(base) {
  const mounts = (await readFile("/proc/self/mounts", "utf8"))
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const mount of mounts.filter((each) => each.startsWith(`${base}/`)).reverse()) {
    spawnSync("umount", ["--lazy", mount]);
  }
}

/** @param {string} base @returns {Promise<number[]>} */
async function processesOf(base) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await belongs(pid, base)) ? [pid] : [])));
  return found.flat().filter((pid) => pid !== process.pid);
}

/** A zombie belongs to nobody: it has neither arguments nor environment. @param {number} pid @param {string} base */
async function belongs(pid, base) {
  const texts = await Promise.all(
    ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "")),
  );
  return texts.some((text) => text.includes(`${base}/`));
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
