import { readdir, readFile } from "node:fs/promises";
import { lab } from "../../test/live/support/host.js";

const EVERY_MS = 200;

/**
 * The most memory that a dynamic host of this laboratory has had in use while `work` runs, in MiB. Linux keeps the
 * maximum for each process, so it is enough to look before the host ends.
 */
export async function peakMemory(work: () => Promise<void>): Promise<number> {
  let most = 0;
  const looking = setInterval(() => {
    void look().then((now) => (most = Math.max(most, now)));
  }, EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(looking);
  }
  return Math.round(most);
}

async function look(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Math.max(0, ...(await Promise.all(pids.map(peakOf))));
}

/** 0 of another process, and of one that has ended. */
async function peakOf(pid: string): Promise<number> {
  const text = (file: string) => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
  const command = (await text("cmdline")).split("\0");
  if (!command.some((word) => word.includes("/cmd/dynamic-provider"))) return 0;
  if (!(await text("environ")).includes(`LAB_DIR=${lab("LAB_DIR")}\0`)) return 0;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(await text("status"))?.[1] ?? 0) / 1024;
}
