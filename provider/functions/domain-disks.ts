import { isVirshError } from "../errors.js";
import type { Answer } from "../virsh/answer.js";
import { blockInfo, type BlockInfo } from "../virsh/commands/domain.js";
import { defined } from "../xml/defined.js";
import type { DomainDisk, DomainXml } from "../xml/domain.js";
import type { QuestionHost } from "../hypervisor/function-host.js";

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

/** The disks of a domain, sizes and images below included. */
export async function diskFacts(host: QuestionHost, domain: DomainXml): Promise<DomainDiskFacts[]> {
  const { uuid, disks } = domain;
  const media = disks.filter(({ source, type }) => source !== undefined || type === "network");
  const sizes = await host.askAll<BlockInfo[]>(
    uuid,
    media.map(({ target }) => blockInfo(uuid, target)),
  );
  return Promise.all(
    disks.map(async (disk): Promise<DomainDiskFacts> => {
      const { target, device, type, driver, source, readonly } = disk;
      const size = sizes[media.indexOf(disk)];
      const backing = await backingOf(host, domain, disk);
      return defined({
        ...{ target, device, type, format: driver, source, readonly, backing },
        ...(size === undefined ? {} : sizeFacts(size)),
      });
    }),
  );
}

function sizeFacts(answer: Answer<BlockInfo>): Partial<DomainDiskFacts> {
  if ("error" in answer) {
    const { kind, said } = answer.error;
    if (kind === "Unreachable" || kind === "Denied") throw answer.error;
    return { sizeProblem: said };
  }
  const { capacity, allocation, physical } = answer.value;
  return { capacityBytes: capacity, allocationBytes: allocation, physicalBytes: physical };
}

async function backingOf(
  host: QuestionHost,
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
