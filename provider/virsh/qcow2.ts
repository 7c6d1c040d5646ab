import type { ImageSnapshot } from "../hypervisor/results.js";

/**
 * The snapshots in a qcow2 image, read from its bytes as QEMU's docs/interop/qcow2.txt describes them. An image is a file
 * that a guest or anyone else may have written: whatever is not exactly as QEMU itself writes it is not understood here,
 * and is qemu-img's to judge.
 */

/** The bytes at the start of an image that `readHeader` wants: the header and its extensions. */
export const HEADER_BYTES = 4096;

/** Where the table of snapshots is. */
export interface Header {
  count: number;
  offset: number;
}

/** What is used of a snapshot in the table. */
export type TableEntry = Pick<ImageSnapshot, "id" | "name" | "date" | "dateNanoseconds" | "exactVmClock">;

const MAGIC = 0x514649fb;
const VERSION_2_BYTES = 72;
const VERSION_3_BYTES = 104;
/** With the type of compression. */
const KNOWN_BYTES = 112;

/** QEMU's own limits. */
const MOST_SNAPSHOTS = 65_536;
const MOST_L1_BYTES = 32 * 1024 * 1024;
const MOST_REFERENCE_TABLE_BYTES = 8 * 1024 * 1024;
const LONGEST_BACKING_FILE = 1023;
const LONGEST_BACKING_FORMAT = 15;
const MOST_EXTRA_DATA = 1024;
/** qemu-img cuts longer ones. */
const LONGEST_ID = 127;
const LONGEST_NAME = 255;

/** Where the snapshots are; `undefined` for anything that QEMU may refuse or see otherwise. */
export function readHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < KNOWN_BYTES || bytes.readUInt32BE(0) !== MAGIC) return undefined;
  const version = bytes.readUInt32BE(4);
  const clusterBits = bytes.readUInt32BE(20);
  if ((version !== 2 && version !== 3) || clusterBits < 9 || clusterBits > 21) return undefined;
  const cluster = 2 ** clusterBits;
  const length = version === 2 ? VERSION_2_BYTES : headerLength(bytes);
  if (length === undefined || !hasValidTables(bytes, cluster)) return undefined;
  const extensionsEnd = endOfExtensions(bytes, cluster);
  if (extensionsEnd === undefined || !hasKnownExtensions(bytes, length, extensionsEnd)) return undefined;
  const [count, offset] = [bytes.readUInt32BE(60), numberAt(bytes, 64)];
  if (count > MOST_SNAPSHOTS || offset === undefined || offset % cluster !== 0) return undefined;
  return { count, offset };
}

/** The length of a header of version 3; `undefined` with features that are not known here: some change the format. */
function headerLength(bytes: Buffer): number | undefined {
  const length = bytes.readUInt32BE(100);
  const features = bytes.readBigUInt64BE(72) | bytes.readBigUInt64BE(88);
  const isPlain = features === 0n && bytes.readUInt32BE(96) <= 6;
  const isCompressedAsEver = length === VERSION_3_BYTES || bytes[VERSION_3_BYTES] === 0;
  const isKnown = length === VERSION_3_BYTES || length === KNOWN_BYTES;
  return isPlain && isKnown && isCompressedAsEver ? length : undefined;
}

/** No encryption, and the tables that QEMU reads first are where they may be. */
function hasValidTables(bytes: Buffer, cluster: number): boolean {
  const [size, l1Entries, l1] = [numberAt(bytes, 24), bytes.readUInt32BE(36), numberAt(bytes, 40)];
  const [references, clusters] = [numberAt(bytes, 48), bytes.readUInt32BE(56)];
  if (bytes.readUInt32BE(32) !== 0 || size === undefined) return false;
  const neededEntries = Math.ceil(size / ((cluster * cluster) / 8));
  return (
    l1Entries >= neededEntries &&
    l1Entries * 8 <= MOST_L1_BYTES &&
    l1 !== undefined &&
    l1 % cluster === 0 &&
    clusters > 0 &&
    clusters * cluster <= MOST_REFERENCE_TABLE_BYTES &&
    references !== undefined &&
    references % cluster === 0
  );
}

/** The name of the image below, if there is one, follows the extensions. */
function endOfExtensions(bytes: Buffer, cluster: number): number | undefined {
  const [offset, length] = [numberAt(bytes, 8), bytes.readUInt32BE(16)];
  if (offset === 0) return cluster;
  if (offset === undefined || length > Math.min(LONGEST_BACKING_FILE, cluster - offset)) return undefined;
  return offset;
}

const END = 0;
const BACKING_FORMAT = 0xe2792aca;
const FEATURE_NAMES = 0x6803f857;

/** Whether all extensions are known to say nothing about snapshots. */
function hasKnownExtensions(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    if (at + 8 > bytes.length) return false;
    const [type, length] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
    at += 8;
    // QEMU looks at the length first, of the last one, too.
    if (length > end - at) return false;
    if (type === END) return true;
    if (type !== FEATURE_NAMES && !(type === BACKING_FORMAT && length <= LONGEST_BACKING_FORMAT))
      return false;
    at += aligned(length);
  }
  return true;
}

const ENTRY_BYTES = 40;
const LONGEST_ENTRY = ENTRY_BYTES + MOST_EXTRA_DATA + LONGEST_ID + LONGEST_NAME + 7;
/** Longer tables are left to qemu-img. */
const MOST_TABLE_BYTES = 1024 * 1024;

/** How many bytes of the table `readTable` wants, as far as the file has them. */
export function tableBytes({ count }: Header): number {
  return Math.min(count * LONGEST_ENTRY, MOST_TABLE_BYTES);
}

/** The entries of the table; `undefined` unless they are all there, and all as QEMU shows them. */
export function readTable(bytes: Buffer, count: number): TableEntry[] | undefined {
  const entries: TableEntry[] = [];
  for (let at = 0; entries.length < count;) {
    const texts = at + ENTRY_BYTES;
    if (texts > bytes.length) return undefined;
    const [idLength, nameLength] = [bytes.readUInt16BE(at + 12), bytes.readUInt16BE(at + 14)];
    const extra = bytes.readUInt32BE(at + 36);
    if (extra > MOST_EXTRA_DATA || idLength > LONGEST_ID || nameLength > LONGEST_NAME) return undefined;
    const [id, name] = [texts + extra, texts + extra + idLength];
    const end = name + nameLength;
    if (end > bytes.length) return undefined;
    const [idText, nameText] = [textOf(bytes.subarray(id, name)), textOf(bytes.subarray(name, end))];
    if (idText === undefined || nameText === undefined) return undefined;
    entries.push({
      id: idText,
      name: nameText,
      date: bytes.readUInt32BE(at + 16),
      dateNanoseconds: bytes.readUInt32BE(at + 20),
      exactVmClock: secondsOf(bytes.readBigUInt64BE(at + 24)),
    });
    at = aligned(end);
  }
  return entries;
}

/** `undefined` for what qemu-img would show in another way: it ends at a NUL, and replaces what is no character. */
function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  const isShownAsItIs =
    Buffer.from(text, "utf8").equals(bytes) && !/[\0\p{Noncharacter_Code_Point}]/u.test(text);
  return isShownAsItIs ? text : undefined;
}

function secondsOf(nanoseconds: bigint): string {
  const billion = 1_000_000_000n;
  return `${nanoseconds / billion}.${String(nanoseconds % billion).padStart(9, "0")}`;
}

/** Files are not that large; beyond this, numbers are not exact. */
function numberAt(bytes: Buffer, at: number): number | undefined {
  const value = bytes.readBigUInt64BE(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function aligned(at: number): number {
  return Math.ceil(at / 8) * 8;
}
