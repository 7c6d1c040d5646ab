import { readFile } from "node:fs/promises";

/** @typedef {{ pid: number, started: string }} Owner */

/** This process, told apart from a later one with the same number. @returns {Promise<Owner>} */
export async function self() {
  return { pid: process.pid, started: (await startTime(process.pid)) ?? "" };
}

/** @param {Owner} owner */
export async function isAlive({ pid, started }) {
  return (await startTime(pid)) === started;
}

/** Clock ticks since boot at which the process began (field 22 of its stat). @param {number} pid */
async function startTime(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
