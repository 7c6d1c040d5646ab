import type { QueryHost } from "../hypervisor/host.js";
import { missingImages } from "../hypervisor/missing-images.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import type { DomainState } from "../hypervisor/results.js";
import { defined } from "../xml/defined.js";
import type { DomainFirmware } from "../xml/domain.js";
import { diskFacts, type DomainDiskFacts } from "./domain-disks.js";
import type { GetDomainInputs } from "./inputs.js";
import { possibleSnapshots, type PossibleSnapshots } from "./possible-snapshots.js";

/** A domain's firmware (`os`). */
export interface FirmwareFacts {
  /** `efi`, or `bios` for everything else. */
  type: "bios" | "efi";
  /** The file that keeps the firmware's variables, a path on the host (`nvram`); absent while there is none. */
  nvram?: string;
  /** Its format (`nvram/@format`): `qcow2`, or `raw`, which libvirt does not always write down. Absent where `nvram` is. */
  nvramFormat?: string;
}

/** What `getDomain` returns. */
export interface GetDomainResult {
  /** The domain's UUID. */
  uuid: string;
  /** The domain's name. */
  name: string;
  /** Its state, in virsh's words (`domstate`): `running`, `paused`, `shut off`, …. */
  state: DomainState;
  /** Whether it stays defined when it is off (`list --persistent`). */
  persistent: boolean;
  /** Whether it starts with the host (`list --autostart`). */
  autostart: boolean;
  /** Whether there is a managed-save image, which the next start would resume (`list --with-managed-save`). */
  managedSave: boolean;
  /** CPUs (`vcpu`). */
  vcpus: number;
  /** Memory, in KiB (`memory`). */
  memoryKiB: number;
  /** Its disks, in the order of its definition (`devices/disk`). */
  disks: DomainDiskFacts[];
  /** Its firmware (`os`). */
  firmware: FirmwareFacts;
  /** Whether it has a channel for a guest agent, and whether one is connected (`channel`, `org.qemu.guest_agent.0`). */
  agent: "none" | "disconnected" | "connected";
  /** The name of its current snapshot (`snapshot-current`); absent when it has none. */
  currentSnapshot?: string;
  /** Which kinds of snapshots can be taken of it now, and why not. */
  possibleSnapshots: PossibleSnapshots;
  /** The version of libvirt on the host (`version --daemon`): `9.0.0`. */
  libvirtVersion: string;
}

export async function getDomain(host: QueryHost, args: GetDomainInputs): Promise<GetDomainResult> {
  const { uuid } = await resolveDomain(host, args.domain);
  const [domain, state, currentSnapshot, libvirtVersion, persistent, autostart, saved] = await Promise.all([
    host.domainXml(uuid),
    host.domainState(uuid),
    host.currentSnapshot(uuid),
    host.daemonVersion(),
    host.listPersistent(),
    host.listAutostart(),
    host.listManagedSaves(),
  ]);
  const [disks, missing] = await Promise.all([diskFacts(host, domain), missingImages(host, domain)]);
  return defined({
    uuid,
    name: domain.name,
    state,
    persistent: persistent.includes(uuid),
    autostart: autostart.includes(uuid),
    managedSave: saved.includes(uuid),
    vcpus: domain.vcpus,
    memoryKiB: domain.memoryKiB,
    disks,
    firmware: firmwareFacts(domain.firmware),
    agent: domain.agent,
    currentSnapshot,
    possibleSnapshots: possibleSnapshots(domain, libvirtVersion, missing),
    libvirtVersion,
  });
}

function firmwareFacts({ efi, nvram, nvramFormat = "raw" }: DomainFirmware): FirmwareFacts {
  return { type: efi ? "efi" : "bios", ...(nvram === undefined ? {} : { nvram, nvramFormat }) };
}
