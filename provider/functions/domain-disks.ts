import { isVirshError, type ErrorKind } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { defined } from "../xml/defined.js";
import type { DomainDisk, DomainXml } from "../xml/domain.js";

/** An image below a disk's own. */
export interface BackingFacts {
  /** Its path on the host (`backingStore/source`); absent where it is neither a file nor a block device. */
  file?: string;
  /** Its format (`backingStore/format/@type`); absent where libvirt does not say. */
  format?: string;
}

/** A disk of a domain. */
export interface DomainDiskFacts {
  /** `target/@dev`: `vda`. */
  target: string;
  /** `disk/@device`: `disk`, `cdrom`, `floppy`, `lun`. */
  device: string;
  /** `disk/@type`: `file`, `block`, `network`, …. */
  type: string;
  /** The image's format (`driver/@type`): `qcow2`, `raw`, …. */
  format?: string;
  /** The image's path on the host (`source`); absent for a drive without a medium, and for what is neither a file nor a block device. */
  source?: string;
  /** `readonly` */
  readonly: boolean;
  /**
   * The images below it, nearest first (`backingStore`). libvirt does not know them for a domain that is off; then they
   * are read with `qemu-img`. Absent where that cannot be done from here.
   */
  backing?: BackingFacts[];
  /** Bytes that the guest sees (`domblkinfo`, Capacity); absent without a medium, and where `sizeProblem` says why. */
  capacityBytes?: number;
  /** Bytes that are allocated to the image (`domblkinfo`, Allocation); absent where `capacityBytes` is. */
  allocationBytes?: number;
  /** Bytes of the image's file, or of the block device (`domblkinfo`, Physical); absent where `capacityBytes` is. */
  physicalBytes?: number;
  /** Why libvirt could not read the sizes, in its own words: for example a missing image. */
  sizeProblem?: string;
}

/** The disks of a domain, with their sizes and the images below them. */
export function diskFacts(host: QueryHost, domain: DomainXml): Promise<DomainDiskFacts[]> {
  return Promise.all(
    domain.disks.map(async (disk): Promise<DomainDiskFacts> => {
      const { target, device, type, driver, source, readonly } = disk;
      const [sizes, backing] = await Promise.all([
        sizesOf(host, domain.uuid, disk),
        backingOf(host, domain, disk),
      ]);
      return defined({ target, device, type, format: driver, source, readonly, backing, ...sizes });
    }),
  );
}

/** After these nothing is known about the disk. */
const NO_ANSWER: readonly ErrorKind[] = ["NotFound", "Unreachable", "Denied", "Timeout", "Cancelled"];

async function sizesOf(
  host: QueryHost,
  uuid: string,
  { target, source, type }: DomainDisk,
): Promise<Partial<DomainDiskFacts>> {
  const hasMedium = source !== undefined || type === "network";
  if (!hasMedium) return {};
  try {
    const { capacity, allocation, physical } = await host.blockInfo(uuid, target);
    return { capacityBytes: capacity, allocationBytes: allocation, physicalBytes: physical };
  } catch (error) {
    if (!isVirshError(error) || NO_ANSWER.includes(error.kind)) throw error;
    return { sizeProblem: error.said };
  }
}

async function backingOf(
  host: QueryHost,
  { id }: DomainXml,
  { backing, source, driver }: DomainDisk,
): Promise<BackingFacts[] | undefined> {
  if (id !== undefined || backing.length > 0) {
    return backing.map(({ source: file, driver: format }) => defined({ file, format }));
  }
  if (source === undefined) return undefined;
  // A raw image has no backing file; what its guest wrote into it must not be followed.
  if (driver === undefined || driver === "raw") return [];
  try {
    const [, ...below] = await host.readImages(source, { backingChain: true, format: driver });
    return below.map(({ file, format }) => ({ file, format }));
  } catch (error) {
    // The host may be another machine, the image unreadable or its chain broken. None of that fails this function.
    if (isVirshError(error) && !isVirshError(error, "Timeout", "Cancelled")) return undefined;
    throw error;
  }
}
