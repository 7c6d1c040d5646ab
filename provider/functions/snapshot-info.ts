import type { DomainRef } from "../hypervisor/results.js";
import { achieved, readFacts } from "../snapshot/facts.js";
import { snapshotId } from "../snapshot/identity.js";
import type { CapturedDisk, CapturedMemory, Consistency } from "../snapshot/outputs.js";
import { defined } from "../xml/defined.js";
import type { SnapshotDisk, SnapshotXml } from "../xml/snapshot.js";

/** A disk in a snapshot, as libvirt recorded it. */
export interface SnapshotDiskFacts {
  /** The disk's target: `vda` (`disk/@name`). */
  name: string;
  /** How it was captured (`disk/@snapshot`). */
  snapshot: "no" | "internal" | "external" | "manual";
  /** The image that the disk had when the snapshot was taken (`domain/devices/disk/source`). */
  image?: string;
  /** The image's format (`driver/@type` there). */
  imageFormat?: string;
  /** The overlay that was made: a path on the host (`disk/source`). Only of an external one. */
  file?: string;
  /** The overlay's format (`disk/driver/@type`). */
  fileFormat?: string;
  /** Whether a delete of it was begun and has not finished (`snapshotDeleteInProgress`). */
  deleteInProgress: boolean;
}

/** What libvirt knows about a snapshot: the outputs of a `Snapshot`, under the same names, and more. */
export interface SnapshotInfo {
  /** `<domain UUID>/<name>`, as the ID of a `Snapshot`. */
  id: string;
  /** The snapshot's name (`name`). */
  name: string;
  /** What it is for (`description`); absent when it has none. */
  description?: string;
  /** The domain's UUID; with `name` and `creationTime` it identifies the snapshot. */
  domainUuid: string;
  /** The domain's name. */
  domainName: string;
  /** When it was taken, RFC 3339 UTC, to the second (`creationTime`). */
  creationTime: string;
  /** The domain's state in the snapshot, in libvirt's words (`state`): `running`, `paused`, `shutoff`, `disk-snapshot`, …. */
  state: string;
  /** Where the captured state is kept: inside the disk images, in files beside them, or both. */
  location: "internal" | "external" | "mixed";
  /** The snapshot that this one came after (`parent/name`); absent for a root. */
  parent?: string;
  /** Whether it is the domain's current snapshot (`snapshot-current`). */
  isCurrent: boolean;
  /** The disks in the snapshot, as in the outputs of a `Snapshot`. */
  capturedDisks: CapturedDisk[];
  /** The memory in the snapshot (`memory`). */
  capturedMemory: CapturedMemory;
  /** What it is at least good for. libvirt does not record whether file systems were frozen (`quiesced`). */
  consistency: Exclude<Consistency, "quiesced">;
  /** Every disk in the snapshot's record, including those that it does not capture (`disks`). */
  disks: SnapshotDiskFacts[];
  /** CPUs of the definition that a revert brings back (`domain/vcpu`); absent where the snapshot has none. */
  vcpus?: number;
  /** Memory of the definition that a revert brings back, in KiB (`domain/memory`); absent where the snapshot has none. */
  memoryKiB?: number;
}

/** What a snapshot says about itself. */
export function snapshotInfo(
  domain: DomainRef,
  snapshot: SnapshotXml,
  current: string | undefined,
): SnapshotInfo {
  const { name, description } = snapshot;
  const definition = snapshot.inactiveDomain ?? snapshot.domain;
  return defined({
    id: snapshotId({ domainUuid: domain.uuid, name }),
    name,
    description,
    ...readFacts(domain, snapshot, current),
    consistency: achieved(snapshot) as SnapshotInfo["consistency"],
    disks: snapshot.disks.map((disk) => diskFacts(disk, snapshot)),
    vcpus: definition?.vcpus,
    memoryKiB: definition?.memoryKiB,
  });
}

function diskFacts(disk: SnapshotDisk, { domain }: SnapshotXml): SnapshotDiskFacts {
  const before = domain?.disks.find(({ target }) => target === disk.name);
  return defined({
    name: disk.name,
    snapshot: disk.snapshot,
    image: before?.source,
    imageFormat: before?.driver,
    file: disk.source,
    fileFormat: disk.driver,
    deleteInProgress: disk.deleteInProgress ?? false,
  });
}
