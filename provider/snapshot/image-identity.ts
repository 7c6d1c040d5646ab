import { quote } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { SnapshotXml } from "../xml/snapshot.js";
import type { CapturedDisk, CapturedMemory } from "./outputs.js";

/**
 * libvirt's creation time has a resolution of one second: someone can delete a snapshot and take another of its name
 * within it. The image knows more of an internal snapshot: the nanosecond, and how long the guest had run.
 */

/** The disks, with what their images say of the snapshot. An image that cannot be read from here says nothing. */
export function withImageDates(
  host: QueryHost,
  snapshot: SnapshotXml,
  disks: readonly CapturedDisk[],
): Promise<CapturedDisk[]> {
  return Promise.all(
    disks.map(async (disk) => {
      const date = await dateOf(host, snapshot, disk);
      return date === undefined ? disk : { ...disk, ...date };
    }),
  );
}

/** What the images said when the snapshot was taken is carried from state to state. */
export function carryImageDates(
  disks: readonly CapturedDisk[],
  before: readonly CapturedDisk[] = [],
): CapturedDisk[] {
  return disks.map((disk) => {
    const { imageDate, vmClock } = before.find(({ name }) => name === disk.name) ?? {};
    if (disk.snapshot !== "internal" || imageDate === undefined || vmClock === undefined) return disk;
    return { ...disk, imageDate, vmClock };
  });
}

/** What a state knows of a snapshot's data. */
export interface KnownData {
  capturedDisks?: readonly CapturedDisk[] | undefined;
  capturedMemory?: CapturedMemory | undefined;
}

/** What shows that the data is another snapshot's, as a clause. */
export async function otherData(
  host: QueryHost,
  snapshot: SnapshotXml,
  { capturedDisks: disks = [], capturedMemory }: KnownData,
): Promise<string | undefined> {
  const file = capturedMemory?.file;
  if (file !== undefined && file !== snapshot.memory.file)
    return `the memory of that snapshot is in ${quote(snapshot.memory.file ?? "no file")}, and of the one in the state in ${quote(file)}`;
  for (const disk of disks.filter(({ imageDate }) => imageDate !== undefined)) {
    const now = await dateOf(host, snapshot, disk);
    if (now === undefined || (now.imageDate === disk.imageDate && now.vmClock === disk.vmClock)) continue;
    return (
      `the image of disk ${quote(disk.name)} says that it was taken ${now.imageDate} at ${now.vmClock} s of the guest's clock, ` +
      `and the one in the state was taken ${disk.imageDate} at ${disk.vmClock} s`
    );
  }
  return undefined;
}

async function dateOf(
  host: QueryHost,
  { name, domain }: SnapshotXml,
  disk: CapturedDisk,
): Promise<{ imageDate: string; vmClock: string } | undefined> {
  if (disk.snapshot !== "internal") return undefined;
  const image = domain?.disks.find(({ target }) => target === disk.name)?.source;
  return image === undefined ? undefined : host.tagDate(image, name);
}
