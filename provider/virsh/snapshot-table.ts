import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LONGEST_TIMER_MS, type Limits } from "./process.js";
import { HEADER_BYTES, readHeader, readTable, tableBytes, type TableEntry } from "./qcow2.js";

/** How often an image that changes while it is read is read again. */
const ATTEMPTS = 3;

/**
 * The internal snapshots in an image; `undefined` for whatever is not a plain qcow2 image that can be read from here and
 * that is the same before and after.
 */
export async function readSnapshotTable(path: string, limits: Limits): Promise<TableEntry[] | undefined> {
  // QEMU takes anything else for more than a path.
  const left = limits.remaining();
  if (!path.startsWith("/") || left < 1) return undefined;
  const reading = read(path).catch(() => undefined);
  // A file system that does not answer, for instance of a server that is down. qemu-img is then not asked any more.
  const timer = new AbortController();
  const late = sleep(Math.min(left, LONGEST_TIMER_MS), undefined, { ref: false, signal: timer.signal });
  try {
    return await Promise.race([reading, late.catch(() => undefined)]);
  } finally {
    timer.abort();
  }
}

async function read(path: string): Promise<TableEntry[] | undefined> {
  // Without waiting for the other end of a pipe.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const status = await file.stat();
    if (!status.isFile() && !status.isBlockDevice()) return undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const one = await look(file);
      if (one === undefined) return undefined;
      if (one.count === 0) return [];
      const other = await look(file);
      // QEMU writes another table, then says where it is, and may write over the old one while that is read here.
      const isSteady = other?.header.equals(one.header) === true && other.table.equals(one.table);
      if (isSteady) return readTable(one.table, one.count);
    }
    return undefined;
  } finally {
    await file.close();
  }
}

async function look(file: FileHandle): Promise<{ header: Buffer; table: Buffer; count: number } | undefined> {
  const bytes = await readAt(file, 0, HEADER_BYTES);
  const header = readHeader(bytes);
  if (header === undefined) return undefined;
  const { count, offset } = header;
  const table = await readAt(file, offset, tableBytes(header));
  return { header: bytes, table, count };
}

/** The bytes from there on, fewer where the file ends. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
