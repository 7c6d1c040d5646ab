import { chmod, realpath, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isVirshError, quote } from "../errors.js";
import type { ImageSnapshot, TagDate } from "../hypervisor/results.js";
import { readImages } from "./images.js";
import { readSnapshotTable } from "./snapshot-table.js";
import { run, type Limits } from "./process.js";

/** Files of the host, if the host is this machine. */

/** The tags of the internal snapshots in an image; `undefined` when the image cannot be read from here. */
export async function readTags(path: string, limits: Limits): Promise<string[] | undefined> {
  return (await readSnapshots(path, limits))?.map(({ name }) => name);
}

/** When the internal snapshot of that name was taken, as the image says; `undefined` when it shows none, or cannot be read. */
export async function tagDate(path: string, name: string, limits: Limits): Promise<TagDate | undefined> {
  const tag = (await readSnapshots(path, limits))?.find((snapshot) => snapshot.name === name);
  if (tag === undefined) return undefined;
  const second = new Date(tag.date * 1000).toISOString().replace(/\.000Z$/, "");
  return {
    imageDate: `${second}.${String(tag.dateNanoseconds).padStart(9, "0")}Z`,
    vmClock: tag.exactVmClock,
  };
}

/** Most images can be read here, without a process. All others are qemu-img's to read, or to refuse. */
async function readSnapshots(
  path: string,
  limits: Limits,
): Promise<Pick<ImageSnapshot, "name" | "date" | "dateNanoseconds" | "exactVmClock">[] | undefined> {
  const entries = await readSnapshotTable(path, limits);
  if (entries !== undefined) return entries;
  try {
    const [image] = await readImages(path, { backingChain: false }, limits);
    return image?.snapshots;
  } catch (error) {
    // virsh may be installed without qemu-img, which is `Unreachable`.
    if (isVirshError(error, "NotFound", "Denied", "Unreachable")) return undefined;
    throw error;
  }
}

/**
 * The real path of an image and, if a format is given, of all images below it. None if there is no such file;
 * `undefined` if one of them cannot be read from here.
 */
export async function imageFiles(
  path: string,
  format: string | undefined,
  limits: Limits,
): Promise<string[] | undefined> {
  try {
    const top = await realpath(path);
    // A raw image has no image below it, whatever its guest has written into it.
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

/** Whether a process on this machine uses the image; `undefined` if that cannot be found out from here. */
export async function isLocked(path: string, limits: Limits): Promise<boolean | undefined> {
  const tried = `check whether ${quote(path)} is in use`;
  // Without -U, qemu-img needs the lock that a guest holds while it uses the image.
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

/** A text that changes with every write; `undefined` for anything but an ordinary file that can be seen from here. */
export async function fileStamp(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs, ...file } = await stat(path, { bigint: true });
    // The times of a block device say nothing about writes to it.
    return file.isFile() ? [ino, size, mtimeNs, ctimeNs].join(" ") : undefined;
  } catch {
    return undefined;
  }
}

/** The free bytes in the folder of a file; `undefined` if the folder cannot be read from here. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(dirname(path));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** The permissions of a file; `undefined` if it cannot be seen from here. */
export async function fileMode(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return undefined;
  }
}

/** Whether the file has the permissions afterwards. */
export async function setFileMode(path: string, mode: number): Promise<boolean> {
  try {
    await chmod(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Whether the file is gone afterwards. It may have been gone before. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path, { force: true });
    return true;
  } catch {
    return false;
  }
}
