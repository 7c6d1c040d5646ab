import { isVirshError, type ErrorKind } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { defined } from "../xml/defined.js";
import type { DomainDisk, DomainXml } from "../xml/domain.js";

/** An image below a disk's own. */
export interface BackingFacts {
  /** Its path on the host (`backingStore/source`); absent where it is no file, nor a block device. */
  file?: string;
  /** Its format (`backingStore/format/@type`); absent where libvirt does not tell it. */
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
  /** The image's path on the host (`source`); absent for a drive without a medium, and for what is no file nor a block device. */
  source?: string;
  /** `readonly` */
  readonly: boolean;
  /**
   * The images below it, nearest first (`backingStore`). Of a domain that is off libvirt does not know them, and they are
   * read with `qemu-img`; absent where that cannot be done from here.
   */
  backing?: BackingFacts[];
  /** Bytes that the guest sees (`domblkinfo`, Capacity); absent without a medium, and where `sizeProblem` tells why. */
  capacityBytes?: number;
  /** Bytes that are allocated to the image (`domblkinfo`, Allocation); absent as `capacityBytes` is. */
  allocationBytes?: number;
  /** Bytes of the image's file, or of the block device (`domblkinfo`, Physical); absent as `capacityBytes` is. */
  physicalBytes?: number;
  /** Why libvirt could not tell the sizes, in its own words: an image that is missing, for instance. */
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
  // A raw image names no other; what its guest wrote into it is nothing to follow.
  if (driver === undefined || driver === "raw") return [];
  try {
    const [, ...below] = await host.readImages(source, { backingChain: true, format: driver });
    return below.map(({ file, format }) => ({ file, format }));
  } catch (error) {
    // The host is another machine, the image not ours to read, its chain broken: none of it is the question here.
    if (isVirshError(error) && !isVirshError(error, "Timeout", "Cancelled")) return undefined;
    throw error;
  }
}
