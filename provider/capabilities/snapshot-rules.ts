import { quote } from "../errors.js";
import { isPlainName, suggestedName } from "../schema/text-rules.js";
import type { DomainXml } from "../xml/domain.js";
import { gated, type Feature } from "./version-gates.js";
import { holdsState, shapeOf, type Kind, type Shape, type Wanted } from "./snapshot-shape.js";

/** Why a snapshot of this domain cannot be taken now, and what would work. */
export interface Refusal {
  /** Whether something would be overwritten. Otherwise this domain or this libvirt cannot do it. */
  conflict?: true;
  property: string;
  reason: string;
  remedy: string;
}

interface Case {
  wanted: Wanted;
  shape: Shape;
  domain: DomainXml;
  version: string;
  missing: readonly string[];
}

/** What libvirt would refuse, or accept and ignore, for the domain in its present state. */
const RULES: readonly ((of: Case) => Refusal | undefined)[] = [
  unknownDisk,
  diskNamedTwice,
  ({ wanted, shape }) =>
    !shape.active && wanted.memory !== undefined && wanted.memory.snapshot !== "no"
      ? refuse(
          "memory",
          "the domain is off and has no memory to capture",
          "Start it first, or leave memory out.",
        )
      : undefined,
  ({ wanted, shape }) =>
    !shape.active && wanted.quiesce === "required"
      ? refuse(
          "quiesce",
          "the domain is off, so no guest agent can answer",
          "Leave quiesce out: the disks of a domain that is off are consistent.",
        )
      : undefined,
  ({ wanted, shape }) =>
    !shape.active && (wanted.live === true || wanted.halt === true)
      ? refuse(
          wanted.live === true ? "live" : "halt",
          "the domain is off, and libvirt would ignore it",
          "Leave it out.",
        )
      : undefined,
  ({ shape }) =>
    shape.memory === "no" && shape.disks.every(({ kind }) => kind === "no")
      ? refuse("disks", "there is nothing to capture", "Capture at least one disk, or the memory.")
      : undefined,
  otherMode,
  missingImage,
  networkDisk,
  unnamedOverlay,
  imageFormat,
  overlayWithComma,
  ({ shape }) =>
    shape.active && shape.memory === "no" && some(shape, "internal")
      ? refuse(
          "memory",
          "an internal snapshot of a running domain includes its memory",
          "Leave memory out, or use diskOnly.",
        )
      : undefined,
  ({ shape }) =>
    shape.memory === "internal" && !some(shape, "internal")
      ? refuse(
          "memory",
          "internal memory is stored in the image of a disk, but the domain has no disk",
          'Set memory.snapshot to "external" with a file.',
        )
      : undefined,
  ({ shape, domain }) =>
    shape.memory !== "no" && domain.passthrough.length > 0
      ? refuse(
          "memory",
          `the memory of a domain with ${domain.passthrough.join(", ")} cannot be captured`,
          "Use diskOnly, or stop the domain first.",
        )
      : undefined,
  firmware,
  ({ wanted, shape, version }) =>
    shape.active && some(shape, "internal") && !isPlainName(wanted.name)
      ? nameThatThisLibvirtRefuses(wanted.name, version)
      : undefined,
  ({ wanted, shape, domain }) =>
    shape.active && wanted.quiesce === "required" ? missingAgent(domain) : undefined,
];

/**
 * Why libvirt of this version would not take the wanted snapshot; `undefined` when no rule is against it. `missing`: the
 * targets of the disks whose images do not exist.
 */
export function refusalToTake(
  domain: DomainXml,
  wanted: Wanted,
  version: string,
  missing: readonly string[] = [],
): Refusal | undefined {
  const of = { wanted, shape: shapeOf(domain, wanted), domain, version, missing };
  for (const rule of RULES) {
    const refusal = rule(of);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Why no guest agent can freeze the file systems; `undefined` when one can. */
export function missingAgent({ agent }: DomainXml): Refusal | undefined {
  switch (agent) {
    case "connected":
      return undefined;
    case "disconnected":
      return refuse(
        "quiesce",
        "no guest agent is connected",
        "Start qemu-guest-agent in the guest, or leave quiesce out.",
      );
    case "none":
      return refuse(
        "quiesce",
        "the domain has no channel for a guest agent",
        "Give it the channel org.qemu.guest_agent.0 and run qemu-guest-agent in the guest, or leave quiesce out.",
      );
  }
}

function unknownDisk({ wanted, domain }: Case): Refusal | undefined {
  const known = domain.disks.flatMap(({ target, source }) => [target, source]);
  const stranger = wanted.disks?.find(({ name }) => !known.includes(name))?.name;
  if (stranger === undefined) return undefined;
  const targets = domain.disks.filter(holdsState).map(({ target }) => target);
  return refuse(
    "disks",
    `there is no disk ${quote(stranger)}`,
    targets.length === 0 ? "The domain has no disks." : `The domain has ${targets.join(", ")}.`,
  );
}

/** By its target and by its image: the inputs alone do not show that these are the same disk. */
function diskNamedTwice({ wanted, domain }: Case): Refusal | undefined {
  for (const { target, source } of domain.disks) {
    const [name, again] = wanted.disks?.filter(({ name }) => name === target || name === source) ?? [];
    if (name === undefined || again === undefined) continue;
    return refuse("disks", `${quote(name.name)} and ${quote(again.name)} are the same disk`, "Name it once.");
  }
  return undefined;
}

function otherMode({ shape }: Case): Refusal | undefined {
  const others = shape.disks.filter(({ kind }) =>
    shape.mode === "internal" ? kind !== "internal" : kind === "internal",
  );
  if (others.length === 0) return undefined;
  const disks = others.map(({ disk, kind }) => `${disk.target} (${quote(kind)})`).join(", ");
  return shape.mode === "internal"
    ? refuse(
        "disks",
        `an internal snapshot captures every writable disk, but ${disks} would be left out`,
        "Leave disks out, or use diskOnly, which takes external snapshots.",
      )
    : refuse(
        "disks",
        `an external snapshot cannot include internal disks: ${disks}`,
        'Make the disk "external" or "no".',
      );
}

/** QEMU still has the image that a running domain was started with. */
function missingImage({ shape, missing }: Case): Refusal | undefined {
  if (shape.active) return undefined;
  const found = shape.disks.find(({ disk, kind }) => kind !== "no" && missing.includes(disk.target));
  if (found === undefined) return undefined;
  const { target, source = "" } = found.disk;
  return refuse(
    "disks",
    `the image of disk ${target}, ${quote(source)}, does not exist`,
    "Put the image back, or give the disk another one in the domain's definition.",
  );
}

function networkDisk({ shape }: Case): Refusal | undefined {
  if (shape.active) return undefined;
  const found = shape.disks.find(({ disk, kind }) => kind !== "no" && disk.type === "network");
  if (found === undefined) return undefined;
  const { target } = found.disk;
  return refuse(
    "disks",
    `disk ${target} is a network disk, and libvirt takes no snapshot of one while the domain is off`,
    shape.mode === "internal"
      ? "Start the domain first."
      : `Start the domain first, or leave the disk out: disks: [{ name: ${quote(target)}, snapshot: "no" }].`,
  );
}

/** libvirt derives the path of an overlay only from that of a file. */
function unnamedOverlay({ shape }: Case): Refusal | undefined {
  const found = shape.disks.find(
    ({ disk, kind, asked }) => kind === "external" && asked?.file === undefined && disk.type !== "file",
  );
  if (found === undefined) return undefined;
  const { target, type } = found.disk;
  const what = type === "block" ? "a block device" : `a ${type} disk`;
  return refuse(
    "disks",
    `disk ${target} is ${what}, for whose overlay libvirt chooses no file`,
    `Name the file: disks: [{ name: ${quote(target)}, snapshot: "external", file: "/path/on/the/host.qcow2" }].`,
  );
}

function imageFormat({ shape }: Case): Refusal | undefined {
  const unfit = shape.disks
    .filter(({ disk, kind }) => kind === "internal" && disk.driver !== "qcow2")
    .map(({ disk: { target, driver = "raw" } }) => ({ target, driver }));
  const [first, ...others] = unfit;
  if (first === undefined) return undefined;
  const what =
    others.length === 0
      ? `disk ${first.target} is ${first.driver}`
      : `disks ${unfit.map(({ target, driver }) => `${target} (${driver})`).join(", ")} are not`;
  return refuse(
    "disks",
    `internal snapshots need qcow2 images, but ${what}`,
    "Convert the disk to qcow2 (qemu-img convert -O qcow2), or use diskOnly, which works on raw disks.",
  );
}

/**
 * For a domain that is off, libvirt doubles each comma in the name of the file that it creates, but not in the
 * definition: the domain would look for a missing file, and no longer start.
 */
function overlayWithComma({ wanted, shape }: Case): Refusal | undefined {
  if (shape.active) return undefined;
  const file = shape.disks
    .filter(({ kind }) => kind === "external")
    .map(({ disk, asked }) => asked?.file ?? `${disk.source ?? ""}.${wanted.name}`)
    .find((path) => path.includes(","));
  if (file === undefined) return undefined;
  return refuse(
    "disks",
    `while the domain is off, libvirt records an overlay with a comma in its path (${quote(file)}) incorrectly`,
    "Choose a name and a file without a comma, or start the domain first.",
  );
}

function firmware({ shape, domain, version }: Case): Refusal | undefined {
  if (!domain.firmware.efi || !some(shape, "internal")) return undefined;
  const closed =
    gate("internalEfi", version) ?? (shape.active ? gate("internalEfiRunning", version) : undefined);
  if (closed !== undefined || !shape.active || domain.firmware.nvramFormat === "qcow2") return closed;
  return refuse(
    "domain",
    "the firmware's variables (NVRAM) are not in qcow2",
    "Convert the NVRAM to qcow2, or use diskOnly.",
  );
}

function nameThatThisLibvirtRefuses(name: string, version: string): Refusal | undefined {
  const closed = gate("internalRunningAnyName", version, "name");
  return (
    closed && {
      ...closed,
      remedy: `Use another name, for example ${quote(suggestedName(name))}, or take an external snapshot.`,
    }
  );
}

function gate(feature: Feature, version: string, property = "domain"): Refusal | undefined {
  const closed = gated(feature, version);
  return closed === undefined ? undefined : { property, ...closed };
}

function some({ disks }: Shape, kind: Kind): boolean {
  return disks.some((each) => each.kind === kind);
}

function refuse(property: string, reason: string, remedy: string): Refusal {
  return { property, reason, remedy };
}
