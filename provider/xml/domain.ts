import { defined } from "./defined.js";
import { parseDocument } from "./document.js";
import { unreadable, type XmlElement } from "./element.js";

/** An image below a disk's source */
export interface BackingImage {
  /** `source/@file` or `source/@dev` */
  source?: string;
  /** `format/@type` */
  driver?: string;
}

/** `devices/disk` */
export interface DomainDisk {
  /** `target/@dev` */
  target: string;
  /** `@device`: disk, cdrom, floppy, lun */
  device: string;
  /** `@type`: file, block, network … */
  type: string;
  /** `driver/@type`: qcow2, raw … */
  driver?: string;
  /** `source/@file` or `source/@dev` */
  source?: string;
  readonly: boolean;
  /** `@snapshot` of the domain's own disk element */
  snapshot?: string;
  /** `backingStore` chain below the source, nearest first, if the daemon reports one */
  backing: BackingImage[];
}

/** `os`: the facts of the firmware that decide whether a snapshot can contain its state */
export interface DomainFirmware {
  /** Whether it is UEFI: `@firmware` is efi, or the loader is of the type pflash */
  efi: boolean;
  /** The file of the variables: `nvram`, or `nvram/source` */
  nvram?: string;
  /** `nvram/@format`. libvirt before 10 prints none, and means raw. */
  nvramFormat?: string;
}

/** `domain`, as `dumpxml` prints it: the facts that snapshots of the domain depend on. */
export interface DomainXml {
  name: string;
  uuid: string;
  /** `@id`, present while the domain is active */
  id?: number;
  vcpus: number;
  /** `memory`, in KiB */
  memoryKiB: number;
  disks: DomainDisk[];
  firmware: DomainFirmware;
  /** `channel` target `org.qemu.guest_agent.0`: whether it is configured, and whether it is connected */
  agent: "none" | "disconnected" | "connected";
  /**
   * Devices that prevent a memory snapshot, or may prevent one, as the XML names them: `hostdev pci` (any type but
   * usb), `interface hostdev`, `interface vdpa`, `filesystem virtiofs`, `shmem` (unless its role is master)
   */
  passthrough: string[];
}

export function parseDomain(xml: string): DomainXml {
  return readDomain(parseDocument(xml, "domain"));
}

/** A definition: a document of its own, or the `domain` or `inactiveDomain` of a snapshot. */
export function readDomain(domain: XmlElement): DomainXml {
  const devices = domain.child("devices");
  return defined({
    name: domain.requiredText("name"),
    uuid: domain.requiredText("uuid"),
    id: domain.integerAttribute("id"),
    vcpus: domain.requiredInteger("vcpu"),
    memoryKiB: readMemory(domain),
    disks: devices?.all("disk").map(readDisk) ?? [],
    firmware: readFirmware(domain.child("os")),
    agent: readAgent(devices),
    passthrough: devices === undefined ? [] : readPassthrough(devices),
  });
}

/** The path of an image, if it has one: `source/@file` or `source/@dev` */
export function readSource(image: XmlElement): string | undefined {
  const source = image.child("source");
  return source?.attribute("file") ?? source?.attribute("dev");
}

function readMemory(domain: XmlElement): number {
  const unit = domain.requiredChild("memory").attribute("unit") ?? "KiB";
  if (unit !== "KiB") throw unreadable(domain.name, `its element <memory> is in ${unit}, not in KiB`);
  return domain.requiredInteger("memory");
}

function readDisk(disk: XmlElement): DomainDisk {
  return defined({
    target: disk.requiredChild("target").requiredAttribute("dev"),
    device: disk.requiredAttribute("device"),
    type: disk.requiredAttribute("type"),
    driver: disk.child("driver")?.attribute("type"),
    source: readSource(disk),
    readonly: disk.child("readonly") !== undefined,
    snapshot: disk.attribute("snapshot"),
    backing: readBacking(disk),
  });
}

function readBacking(disk: XmlElement): BackingImage[] {
  const images: BackingImage[] = [];
  let image = disk.child("backingStore");
  // An empty `<backingStore/>` ends a chain. If it is missing, the daemon has not looked further.
  while (image?.attribute("type") !== undefined) {
    images.push(defined({ source: readSource(image), driver: image.child("format")?.attribute("type") }));
    image = image.child("backingStore");
  }
  return images;
}

function readFirmware(os: XmlElement | undefined): DomainFirmware {
  const nvram = os?.child("nvram");
  return defined({
    efi: os?.attribute("firmware") === "efi" || os?.child("loader")?.attribute("type") === "pflash",
    nvram: nvram && (readSource(nvram) ?? (nvram.text.trim() || undefined)),
    nvramFormat: nvram?.attribute("format"),
  });
}

function readAgent(devices: XmlElement | undefined): DomainXml["agent"] {
  const agent = devices
    ?.all("channel")
    .map((channel) => channel.child("target"))
    .find((target) => target?.attribute("name") === "org.qemu.guest_agent.0");
  if (agent === undefined) return "none";
  return agent.attribute("state") === "connected" ? "connected" : "disconnected";
}

function readPassthrough(devices: XmlElement): string[] {
  const types = (name: string) => devices.all(name).map((device) => device.attribute("type"));
  return [
    ...types("hostdev")
      .filter((type) => type !== "usb")
      .map((type) => `hostdev ${type ?? "capabilities"}`),
    ...types("interface")
      .filter((type) => type === "hostdev" || type === "vdpa")
      .map((type) => `interface ${type}`),
    ...devices
      .all("filesystem")
      .filter((filesystem) => filesystem.child("driver")?.attribute("type") === "virtiofs")
      .map(() => "filesystem virtiofs"),
    ...devices
      .all("shmem")
      .filter((shmem) => shmem.attribute("role") !== "master")
      .map(() => "shmem"),
  ];
}
