import { toRfc3339 } from "../snapshot/facts.js";
import type { Image } from "../hypervisor/results.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { GetDiskSnapshotsInputs } from "./inputs.js";

/** An internal snapshot in a disk image, as qemu-img lists it. */
export interface DiskSnapshot {
  /** QEMU's number for it within the image: `1`. */
  id: string;
  /** Its name, the same as libvirt's (`name`). */
  name: string;
  /** When it was taken, RFC 3339 UTC, to the second (`date-sec`). */
  date: string;
  /** Bytes of memory saved with it, 0 for only disks (`vm-state-size`). */
  vmStateSizeBytes: number;
  /** Seconds that the guest had run by then, 0 for only disks (`vm-clock-sec`, `vm-clock-nsec`). */
  vmClockSeconds: number;
}

/** A disk image. */
export interface DiskImage {
  /** Its path (`filename`). */
  file: string;
  /** Its format: `qcow2`, `raw`, … (`format`). */
  format: string;
  /** Bytes that the guest sees (`virtual-size`). */
  virtualSizeBytes: number;
  /** Bytes that it takes in its file system (`actual-size`). */
  actualSizeBytes: number;
  /** The image below it (`full-backing-filename`); absent where there is none. */
  backingFile?: string;
  /** The internal snapshots in it, in the order in which they were taken (`snapshots`). */
  snapshots: DiskSnapshot[];
}

/** What `getDiskSnapshots` returns. */
export interface GetDiskSnapshotsResult {
  /** The image, and with `backingChain` those below it, nearest first. */
  images: DiskImage[];
}

export async function getDiskSnapshots(
  host: QueryHost,
  { file, format, backingChain = true }: GetDiskSnapshotsInputs,
): Promise<GetDiskSnapshotsResult> {
  return { images: (await host.readImages(file, { format, backingChain })).map(toDiskImage) };
}

function toDiskImage({ file, format, virtualSize, actualSize, backingFile, snapshots }: Image): DiskImage {
  return {
    ...{ file, format, virtualSizeBytes: virtualSize, actualSizeBytes: actualSize },
    ...(backingFile === undefined ? {} : { backingFile }),
    snapshots: snapshots.map(({ id, name, date, vmStateSize, vmClock }) => ({
      ...{ id, name, date: toRfc3339(date), vmStateSizeBytes: vmStateSize, vmClockSeconds: vmClock },
    })),
  };
}
