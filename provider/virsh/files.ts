import { realpath, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isVirshError, quote } from "../errors.js";
import { readImages } from "./images.js";
import { run, type Limits } from "./process.js";

/** Files of the host, for when the host is this machine. */

/** The tags of the internal snapshots in an image; `undefined` when the image cannot be read from here. */
export async function readTags(path: string, limits: Limits): Promise<string[] | undefined> {
  try {
    const [image] = await readImages(path, { backingChain: false }, limits);
    return image?.snapshots.map(({ name }) => name);
  } catch (error) {
    // virsh may be installed without qemu-img, which is `Unreachable`.
    if (isVirshError(error, "NotFound", "Denied", "Unreachable")) return undefined;
    throw error;
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
