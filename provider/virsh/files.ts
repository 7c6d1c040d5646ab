import { realpath, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isVirshError, quote, VirshError } from "../errors.js";
import { readImages } from "./images.js";
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

/**
 * The real path of an image and, where a format is given, of all images below it. None where there is no such file;
 * `undefined` where they cannot all be seen from here.
 */
export async function imageFiles(
  path: string,
  format: string | undefined,
  limits: Limits,
): Promise<string[] | undefined> {
  try {
    const top = await realpath(path);
    // A raw image names no other; what its guest wrote into it is nothing to follow.
    if (format === undefined || format === "raw") return [top];
  } catch (error) {
    return isMissing(error) ? [] : undefined;
  }
  try {
    const images = await readImages(path, { format, backingChain: true }, limits);
    return await Promise.all(images.map(({ file }) => realpath(file)));
  } catch (error) {
    if (isVirshError(error, "Timeout", "Cancelled")) throw error;
    return undefined;
  }
}

/** Whether a process of this machine works on the image; `undefined` where that cannot be seen from here. */
export async function isLocked(path: string, limits: Limits): Promise<boolean | undefined> {
  const tried = `see whether ${quote(path)} is in use`;
  // Without -U it wants what a guest that uses the image has locked.
  const args = ["info", "--output=json", path];
  try {
    const { exitCode, stderr } = await run({ program: "qemu-img", args, tried, changes: false, limits });
    if (exitCode === 0) return false;
    return /Failed to get .*lock/.test(stderr) ? true : undefined;
  } catch (error) {
    if (!isVirshError(error, "Unreachable")) throw error;
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
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
