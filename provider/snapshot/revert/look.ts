import { quote } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { DomainXml } from "../../xml/domain.js";
import type { SnapshotXml } from "../../xml/snapshot.js";
import { readTarget } from "../identity.js";
import { overwrittenImages, snapshotsLostBy } from "../image-dependencies.js";
import type { SafetySnapshot } from "../outputs.js";
import type { Revert } from "../plan.js";
import { expectSameDomain } from "../same-domain.js";
import { completeSafety } from "./attempts.js";
import { doomedOverlays, type DoomedOverlays } from "./overlays.js";

/** What is known of host, domain and snapshot before a revert. */
export interface RevertFacts {
  now: DomainXml;
  snapshot: SnapshotXml;
  managedSave: boolean;
  /** The name of the current snapshot. */
  current: string | undefined;
  /** The daemon's version. */
  version: string;
  /** Images that should hold the snapshot's data and do not. */
  imagesWithout: readonly string[];
  /** What libvirt deletes with the revert. */
  overlays?: DoomedOverlays | undefined;
  /** The safety snapshot of a failed attempt that holds everything since the target. */
  complete?: SafetySnapshot | undefined;
  /** Other snapshots that are lost with the revert. */
  lostSnapshots?: readonly string[];
  /** Images that the snapshot depends on and that the domain has written to since. */
  overwritten?: readonly string[];
}

export function revertPhrase({ domainName, target }: Revert): string {
  return `revert ${domainName} to snapshot ${quote(target.name)}`;
}

/** Reads what a revert depends on. */
export async function lookBeforeRevert(host: QueryHost, step: Revert): Promise<RevertFacts> {
  const { domainUuid } = step.target;
  const [{ snapshot }, now, saves, current, version] = await Promise.all([
    readTarget(host, step.target, revertPhrase(step)),
    host.domainXml(domainUuid),
    host.listManagedSaves(),
    host.currentSnapshot(domainUuid),
    host.daemonVersion(),
    expectSameDomain(host, { uuid: domainUuid }, step.domain, revertPhrase(step)),
  ]);
  const [imagesWithout, overlays, lostSnapshots, overwritten, complete] = await Promise.all([
    imagesWithoutData(host, now, snapshot),
    doomedOverlays(host, domainUuid, snapshot, current),
    snapshotsLostBy(host, domainUuid, snapshot, now),
    overwrittenImages(host, snapshot, now),
    completeSafety(host, step, now, current),
  ]);
  const managedSave = saves.includes(domainUuid);
  return {
    now,
    snapshot,
    managedSave,
    current,
    version,
    imagesWithout,
    overlays,
    lostSnapshots,
    overwritten,
    complete,
  };
}

async function imagesWithoutData(host: QueryHost, now: DomainXml, snapshot: SnapshotXml): Promise<string[]> {
  const missing: string[] = [];
  // An overlay may have replaced the image since.
  const { disks } = snapshot.domain ?? now;
  for (const { name } of snapshot.disks.filter((disk) => disk.snapshot === "internal")) {
    const image = disks.find(({ target }) => target === name)?.source;
    const tags = image === undefined ? undefined : await host.imageTags(image);
    if (image !== undefined && tags?.includes(snapshot.name) === false) missing.push(image);
  }
  return missing;
}
