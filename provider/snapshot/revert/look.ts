import { quote } from "../../errors.js";
import type { DomainXml } from "../../xml/domain.js";
import type { SnapshotXml } from "../../xml/snapshot.js";
import type { Looks } from "../../hypervisor/host.js";
import { overlaysThatGo, type Overlays } from "./overlays.js";
import type { Revert } from "../plan.js";
import { readTarget } from "../identity.js";
import { overwrittenImages, undermines } from "../image-dependencies.js";

/** What is known of host, domain and snapshot when a revert is worked out. */
export interface Situation {
  now: DomainXml;
  snapshot: SnapshotXml;
  managedSave: boolean;
  /** The name of the current snapshot. */
  current: string | undefined;
  version: string;
  /** Images that should hold the snapshot's data and do not. */
  imagesWithout: readonly string[];
  /** What libvirt deletes with it. */
  overlays?: Overlays | undefined;
  /** Other snapshots that are lost with it. */
  undermined?: readonly string[];
  /** Images that it stands on and that the domain has written to since. */
  overwritten?: readonly string[];
}

export function revertPhrase({ domainName, target }: Revert): string {
  return `revert ${domainName} to snapshot ${quote(target.name)}`;
}

/** Looks at what a revert would meet. Changes nothing. */
export async function survey(host: Looks, step: Revert): Promise<Situation> {
  const { domainUuid } = step.target;
  const [{ snapshot }, now, saves, current, version] = await Promise.all([
    readTarget(host, step.target, revertPhrase(step)),
    host.domainXml(domainUuid),
    host.listManagedSaves(),
    host.currentSnapshot(domainUuid),
    host.daemonVersion(),
  ]);
  const [imagesWithout, overlays, undermined, overwritten] = await Promise.all([
    imagesWithoutData(host, now, snapshot),
    overlaysThatGo(host, domainUuid, snapshot, current),
    undermines(host, domainUuid, snapshot, now),
    overwrittenImages(host, snapshot, now),
  ]);
  const managedSave = saves.includes(domainUuid);
  return { now, snapshot, managedSave, current, version, imagesWithout, overlays, undermined, overwritten };
}

async function imagesWithoutData(host: Looks, now: DomainXml, snapshot: SnapshotXml): Promise<string[]> {
  const missing: string[] = [];
  // Since then an overlay may have taken the place of the image.
  const { disks } = snapshot.domain ?? now;
  for (const { name } of snapshot.disks.filter((disk) => disk.snapshot === "internal")) {
    const image = disks.find(({ target }) => target === name)?.source;
    const tags = image === undefined ? undefined : await host.imageTags(image);
    if (image !== undefined && tags?.includes(snapshot.name) === false) missing.push(image);
  }
  return missing;
}
