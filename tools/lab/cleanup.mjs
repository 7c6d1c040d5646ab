import { spawnSync } from "node:child_process";
import { lstat, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./owner.mjs";

/** The folder that laboratories are in. Fixed and short, because the path of a socket has at most 108 bytes. */
export const PARENT = "/tmp";
export const PREFIX = "pv-lab-";
export const OWNER = "owner.json";

const POLL_MS = 50;

/** How long processes get to end by themselves. One may be a laboratory inside this one, which has to clean up, too. */
const GRACE_MS = 5000;

/** Ends the processes of laboratories whose owner has died, and removes their folders. */
export async function cleanUpAbandoned() {
  for (const name of await readdir(PARENT)) {
    const base = join(PARENT, name);
    if (name.startsWith(PREFIX) && (await isAbandoned(base))) await cleanUp(base);
  }
}

/** @param {string} base */
async function isAbandoned(base) {
  const folder = await lstat(base).catch(() => undefined);
  if (folder === undefined || !folder.isDirectory() || folder.uid !== process.getuid?.()) return false;
  try {
    return !(await isAlive(JSON.parse(await readFile(join(base, OWNER), "utf8"))));
  } catch {
    // No owner yet: the laboratory is just starting, or died while it did.
    return Date.now() - folder.mtimeMs > 60_000;
  }
}

/**
 * Ends every process that belongs to the laboratory at `base`, and removes its folder. A process belongs to it when its
 * arguments or its environment name the folder: QEMU, libvirtd, and whatever a command left running.
 * @param {string} base
 */
export async function cleanUp(base) {
  const signaled = new Set();
  for (const begun = Date.now(); ; await sleep(POLL_MS)) {
    const pids = await processesOf(base);
    const waited = Date.now() - begun;
    // A process that cannot be killed belongs to another user who looks into the folder.
    if (pids.length === 0 || waited > 2 * GRACE_MS) break;
    for (const pid of pids) {
      // SIGTERM once only: a process that is cleaning up may take a second one as a reason to stop at once.
      if (waited > GRACE_MS) kill(pid, "SIGKILL");
      else if (!signaled.has(pid)) kill(pid, "SIGTERM");
      signaled.add(pid);
    }
  }
  await unmountBelow(base);
  await rm(base, { recursive: true, force: true, maxRetries: 5 });
}

/** Unmounts what a command has mounted in the folder, which could not be removed otherwise. @param {string} base */
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

/** A zombie belongs to no laboratory: it has neither arguments nor environment. @param {number} pid @param {string} base */
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
    // It has ended already.
  }
}
