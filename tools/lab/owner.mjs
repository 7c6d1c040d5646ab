import { readFile } from "node:fs/promises";

/** @typedef {{ pid: number, started: string }} Owner */

/** Identifies this process, also against a later one with the same PID. @returns {Promise<Owner>} */
export async function self() {
  return { pid: process.pid, started: (await startTime(process.pid)) ?? "" };
}

/** @param {Owner} owner */
export async function isAlive({ pid, started }) {
  return (await startTime(pid)) === started;
}

/** When the process started, in clock ticks since boot (field 22 of its stat). @param {number} pid */
async function startTime(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
