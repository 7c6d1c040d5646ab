import { rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isVirshError, quote, VirshError } from "../errors.js";
import { run, type Limits } from "./process.js";

/** Files of the host, for when the host is this machine. */

/** Tags of the internal snapshots in an image; `undefined` when the image cannot be read from here. */
export async function readTags(path: string, limits: Limits): Promise<string[] | undefined> {
  const tried = `read the snapshots in ${quote(path)}`;
  // -U: the guest that uses the image holds its lock.
  const args = ["info", "--output=json", "-U", path];
  const finished = await run({ program: "qemu-img", args, tried, changes: false, limits }).catch(orMissing);
  if (finished === undefined) return undefined;
  const { exitCode, stdout, stderr } = finished;
  if (exitCode === 0) return parseTags(stdout, tried);
  if (/(?:No such file or directory|Permission denied)\s*$/.test(stderr)) return undefined;
  throw new VirshError({
    kind: "Unexpected",
    tried,
    said: stderr.trim() || "qemu-img failed without a word",
  });
}

/** virsh comes without qemu-img: then images cannot be read from here. */
function orMissing(error: unknown): undefined {
  if (!isVirshError(error, "Unreachable")) throw error;
}

function parseTags(stdout: string, tried: string): string[] {
  try {
    const { snapshots = [] } = JSON.parse(stdout) as { snapshots?: { name: string }[] };
    return snapshots.map(({ name }) => name);
  } catch (cause) {
    throw new VirshError({ kind: "Unexpected", tried, said: "qemu-img did not answer in JSON", cause });
  }
}

/** Bytes that are free in the folder of a file; `undefined` when the folder cannot be read from here. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(dirname(path));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Whether the file is gone afterwards; it may have been so before. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path, { force: true });
    return true;
  } catch {
    return false;
  }
}
