import { parseDomain, type DomainDisk, type DomainXml } from "../../../provider/xml/domain.js";
import { document } from "../xml/corpus.js";

/** A domain as libvirt printed it, with changes. */
export function recorded(name: string, changes: Partial<DomainXml> = {}): DomainXml {
  return { ...parseDomain(document(name)), ...changes };
}

export function disk(target: string, changes: Partial<DomainDisk> = {}): DomainDisk {
  return {
    target,
    device: "disk",
    type: "file",
    driver: "qcow2",
    source: `/images/${target}`,
    readonly: false,
    backing: [],
    ...changes,
  };
}

/** A domain that is off, with one qcow2 disk. */
export function off(changes: Partial<DomainXml> = {}): DomainXml {
  return {
    name: "debian12",
    uuid: "bcfa3df3-7f64-4055-baf6-8ec50c3b0251",
    vcpus: 1,
    memoryKiB: 65_536,
    disks: [disk("vda")],
    firmware: { efi: false },
    agent: "none",
    passthrough: [],
    ...changes,
  };
}

export function running(changes: Partial<DomainXml> = {}): DomainXml {
  return off({ id: 1, ...changes });
}
