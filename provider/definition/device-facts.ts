import type { XmlElement } from "../xml/element.js";
import { first } from "./elements.js";

/** What stands between the name of a device and the name of one of its details. */
export const DETAIL = " | ";

/** An interface whose XML names no MAC address: libvirt generates one with each define. */
export const WITHOUT_MAC = "interface without a MAC address";

/** A device of a definition: what it is called, and what matters about it. */
interface Device {
  label: string;
  details?: Readonly<Record<string, string | undefined>>;
}

/** The facts of each device: the device itself, and each detail that its definition states. */
export function deviceFacts(domain: XmlElement): [string, string][] {
  const devices = first(domain, "devices");
  const found = Object.entries(readers).flatMap(([kind, read]) => devices?.all(kind).map(read) ?? []);
  return distinct(found.filter((device) => device !== undefined)).flatMap(({ label, details = {} }) => [
    [label, ""] as [string, string],
    ...Object.entries(details).flatMap(([name, value]): [string, string][] =>
      value === undefined || value === "" ? [] : [[`${label}${DETAIL}${name}`, value]],
    ),
  ]);
}

/** Devices of which a definition may have several that are called the same get a number. */
function distinct(devices: readonly Device[]): Device[] {
  const counts = new Map<string, number>();
  return devices.map((device) => {
    const count = (counts.get(device.label) ?? 0) + 1;
    counts.set(device.label, count);
    return count === 1 ? device : { ...device, label: `${device.label} (${count})` };
  });
}

/** How a device of each kind is read. libvirt adds some devices by itself, and those are not among the kinds. */
const readers: Readonly<Record<string, (device: XmlElement) => Device | undefined>> = {
  disk: readDisk,
  interface: readInterface,
  hostdev: readHostdev,
  filesystem: (device) => ({
    label: `filesystem ${first(device, "target")?.attribute("dir") ?? ""}`.trim(),
    details: {
      driver: first(device, "driver")?.attribute("type"),
      source: anyOf(first(device, "source"), ["dir", "file", "socket", "name", "usage"]),
      readonly: flag(device, "readonly"),
    },
  }),
  shmem: (device) => ({
    label: `shmem ${device.attribute("name") ?? ""}`.trim(),
    details: { size: first(device, "size")?.text.trim(), role: device.attribute("role") },
  }),
  graphics: readGraphics,
  video: (device) => ({ label: "video", details: { model: first(device, "model")?.attribute("type") } }),
  sound: (device) => ({ label: `sound ${device.attribute("model") ?? ""}`.trim() }),
  tpm: (device) => ({
    label: "tpm",
    details: {
      model: device.attribute("model"),
      backend: first(device, "backend")?.attribute("type"),
      version: first(device, "backend")?.attribute("version"),
    },
  }),
  rng: (device) => ({ label: `rng ${first(device, "backend")?.text.trim() ?? ""}`.trim() }),
  watchdog: (device) => ({
    label: `watchdog ${device.attribute("model") ?? ""}`.trim(),
    details: { action: device.attribute("action") },
  }),
  channel: readChannel,
  vsock: () => ({ label: "vsock" }),
  redirdev: (device) => ({ label: `redirdev ${device.attribute("type") ?? ""}`.trim() }),
  memory: (device) => ({ label: `memory module ${device.attribute("model") ?? ""}`.trim() }),
  iommu: (device) => ({ label: `iommu ${device.attribute("model") ?? ""}`.trim() }),
};

/** The image of a disk is left out, because snapshots change it; what is in a drive is not. */
function readDisk(disk: XmlElement): Device {
  const device = disk.attribute("device") ?? "disk";
  const target = first(disk, "target");
  const driver = first(disk, "driver");
  const removable = device === "cdrom" || device === "floppy";
  return {
    label: `${device} ${target?.attribute("dev") ?? ""}`.trim(),
    details: {
      bus: target?.attribute("bus"),
      // libvirt adds it to each CD-ROM drive.
      readonly: device === "cdrom" ? undefined : flag(disk, "readonly"),
      shareable: flag(disk, "shareable"),
      snapshot: disk.attribute("snapshot"),
      serial: first(disk, "serial")?.text,
      cache: driver?.attribute("cache"),
      io: driver?.attribute("io"),
      discard: driver?.attribute("discard"),
      medium: removable ? anyOf(first(disk, "source"), ["file", "dev", "name", "volume"]) : undefined,
    },
  };
}

function readInterface(device: XmlElement): Device {
  const mac = first(device, "mac")?.attribute("address")?.toLowerCase();
  const source = anyOf(first(device, "source"), ["network", "bridge", "dev", "path", "address", "name"]);
  return {
    label: mac === undefined ? WITHOUT_MAC : `interface ${mac}`,
    details: {
      source: [device.attribute("type"), source].filter((part) => part !== undefined).join(" "),
      model: first(device, "model")?.attribute("type"),
      link: first(device, "link")?.attribute("state"),
    },
  };
}

function readHostdev(device: XmlElement): Device {
  const type = device.attribute("type") ?? device.attribute("mode") ?? "";
  const source = first(device, "source");
  const id = type === "usb" ? usbId(source) : undefined;
  return { label: `hostdev ${type} ${id ?? addressOf(first(source, "address"))}`.trim() };
}

function usbId(source: XmlElement | undefined): string | undefined {
  const [vendor, product] = ["vendor", "product"].map((name) => first(source, name)?.attribute("id"));
  return vendor === undefined || product === undefined ? undefined : `${vendor}:${product}`;
}

/** `0000:01:00.0`, as lspci prints it; for USB the bus and the device. */
function addressOf(address: XmlElement | undefined): string {
  const part = (name: string, digits: number) =>
    Number(address?.attribute(name) ?? 0)
      .toString(16)
      .padStart(digits, "0");
  if (address === undefined) return "";
  if (address.attribute("uuid") !== undefined) return address.attribute("uuid") ?? "";
  if (address.attribute("device") !== undefined)
    return `${address.attribute("bus") ?? "0"}.${address.attribute("device") ?? ""}`;
  return `${part("domain", 4)}:${part("bus", 2)}:${part("slot", 2)}.${part("function", 1)}`;
}

/** A port that libvirt chooses at each start is none. */
function readGraphics(device: XmlElement): Device {
  const port = device.attribute("autoport") === "yes" ? undefined : device.attribute("port");
  return {
    label: `graphics ${device.attribute("type") ?? ""}`.trim(),
    details: {
      port: port === "-1" ? undefined : port,
      listen: device.attribute("listen") ?? first(device, "listen")?.attribute("address"),
    },
  };
}

/** libvirt adds the channel of SPICE by itself. */
function readChannel(device: XmlElement): Device | undefined {
  const name = first(device, "target")?.attribute("name");
  return device.attribute("type") === "spicevmc" ? undefined : { label: `channel ${name ?? ""}`.trim() };
}

function flag(device: XmlElement, name: string): string | undefined {
  return first(device, name) === undefined ? undefined : "yes";
}

/** The first of these attributes that the element has. */
function anyOf(element: XmlElement | undefined, names: readonly string[]): string | undefined {
  return names.map((name) => element?.attribute(name)).find((value) => value !== undefined);
}
