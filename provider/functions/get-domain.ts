import type { DomainState } from "../hypervisor/host.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import { valueOf } from "../virsh/answer.js";
import {
  daemonVersion,
  domainState,
  domainXml,
  listAutostart,
  listManagedSaves,
  listPersistent,
} from "../virsh/commands/domain.js";
import { currentSnapshot } from "../virsh/commands/snapshot.js";
import { defined } from "../xml/defined.js";
import type { DomainFirmware, DomainXml } from "../xml/domain.js";
import { diskFacts, type DomainDiskFacts } from "./domain-disks.js";
import type { QuestionHost } from "../hypervisor/function-host.js";
import type { GetDomainInputs } from "./inputs.js";
import { possibleSnapshots, type PossibleSnapshots } from "./possible-snapshots.js";

/** A domain's firmware (`os`). */
export interface FirmwareFacts {
  /** `efi`, or what is not: as a rule a BIOS. */
  type: "bios" | "efi";
  /** The file that keeps the firmware's variables, a path on the host (`nvram`); absent while there is none. */
  nvram?: string;
  /** Its format (`nvram/@format`): `raw`, also where libvirt does not say it, or `qcow2`. Absent as `nvram` is. */
  nvramFormat?: string;
}

/** What `getDomain` tells. */
export interface GetDomainResult {
  /** The domain's UUID. */
  uuid: string;
  /** The domain's name. */
  name: string;
  /** Its state, in virsh's words (`domstate`): `running`, `paused`, `shut off`, …. */
  state: DomainState;
  /** Whether its definition outlasts its being active (`list --persistent`). */
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
  /** The kinds of snapshots that can be taken of it as it is now, or why not. */
  possibleSnapshots: PossibleSnapshots;
  /** libvirt's version on the host, of which much depends (`version --daemon`): `9.0.0`. */
  libvirtVersion: string;
}

export async function getDomain(host: QuestionHost, args: GetDomainInputs): Promise<GetDomainResult> {
  const { uuid } = await resolveDomain(host, args.domain);
  const [xml, state, current, version, persistent, autostart, saved] = await host.askAll<
    [DomainXml, DomainState, string | undefined, string, string[], string[], string[]]
  >(uuid, [
    domainXml(uuid, {}),
    domainState(uuid),
    currentSnapshot(uuid),
    daemonVersion(),
    listPersistent(),
    listAutostart(),
    listManagedSaves(),
  ]);
  const domain = valueOf(xml);
  return defined({
    uuid,
    name: domain.name,
    state: valueOf(state),
    persistent: valueOf(persistent).includes(uuid),
    autostart: valueOf(autostart).includes(uuid),
    managedSave: valueOf(saved).includes(uuid),
    vcpus: domain.vcpus,
    memoryKiB: domain.memoryKiB,
    disks: await diskFacts(host, domain),
    firmware: firmwareFacts(domain.firmware),
    agent: domain.agent,
    currentSnapshot: valueOf(current),
    possibleSnapshots: possibleSnapshots(domain, valueOf(version)),
    libvirtVersion: valueOf(version),
  });
}

function firmwareFacts({ efi, nvram, nvramFormat = "raw" }: DomainFirmware): FirmwareFacts {
  return { type: efi ? "efi" : "bios", ...(nvram === undefined ? {} : { nvram, nvramFormat }) };
}
