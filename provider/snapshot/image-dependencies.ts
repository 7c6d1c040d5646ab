import { isVirshError, quote, quoteAll } from "../errors.js";
import type { DomainDisk, DomainXml } from "../xml/domain.js";
import { isExternal, type SnapshotDisk, type SnapshotXml } from "../xml/snapshot.js";
import { overlayFiles } from "./overlays.js";
import type { QueryHost } from "../hypervisor/host.js";

/**
 * Image dependencies: an external snapshot is an image that nothing writes to any more, below an overlay. A revert to an
 * internal snapshot inside that image makes the domain write to it again, so what the external one captured is lost.
 * libvirt does not say so, neither then nor when the domain is reverted to the external one.
 */

/** The names of the snapshots that are lost with a revert to `target`. Costs no query where the domain is on its images. */
export async function snapshotsLostBy(
  host: QueryHost,
  domainUuid: string,
  target: SnapshotXml,
  now: DomainXml,
): Promise<string[]> {
  const written = isExternal(target) ? [] : writtenAgain(target, now);
  if (written.length === 0) return [];
  const others = (await host.listSnapshots(domainUuid)).filter((name) => name !== target.name);
  const found = await Promise.all(others.map((name) => readIfThere(host, domainUuid, name)));
  return dependingOn(
    written,
    found.filter((snapshot) => snapshot !== undefined),
  );
}

/** Another one may be gone by now, and a name with a line break shows in the list as two that do not exist. */
async function readIfThere(
  host: QueryHost,
  domainUuid: string,
  name: string,
): Promise<SnapshotXml | undefined> {
  try {
    return (await host.readSnapshot(domainUuid, name)).snapshot;
  } catch (error) {
    if (isVirshError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** The images of `target` that the domain does not write to now, and will write to again. */
function writtenAgain(target: SnapshotXml, now: DomainXml): string[] {
  return target.disks.flatMap((disk) => {
    const source = capturedOn(target, disk)?.source;
    return source === undefined || source === diskOf(now, disk.name)?.source ? [] : [source];
  });
}

/** The names of the snapshots that depend on one of these images, or on the overlays of such a snapshot. */
export function dependingOn(images: readonly string[], snapshots: readonly SnapshotXml[]): string[] {
  const [below, overlays] = [new Set(images), new Set<string>()];
  const lost = new Set<SnapshotXml>();
  const depends = (snapshot: SnapshotXml) =>
    snapshot.disks.some((disk) => {
      const source = capturedOn(snapshot, disk)?.source;
      // An internal snapshot is lost with an overlay that it is inside of, but not with an image below.
      return source !== undefined && (disk.snapshot === "external" ? below : overlays).has(source);
    });
  for (let before = -1; before < lost.size;) {
    before = lost.size;
    for (const snapshot of snapshots.filter(depends)) {
      lost.add(snapshot);
      for (const file of overlayFiles(snapshot)) {
        below.add(file);
        overlays.add(file);
      }
    }
  }
  return snapshots.filter((snapshot) => lost.has(snapshot)).map(({ name }) => name);
}

/** The images that the domain writes to although `target` depends on them. */
export async function overwrittenImages(
  host: QueryHost,
  target: SnapshotXml,
  now: DomainXml,
): Promise<string[]> {
  const found: string[] = [];
  for (const disk of target.disks) {
    const [base, active] = [capturedOn(target, disk), diskOf(now, disk.name)?.source];
    if (base?.source === undefined || active === undefined) continue;
    const itself = base.source === active;
    if (itself ? disk.snapshot === "external" : await isBelow(host, base, active)) found.push(active);
  }
  return found;
}

/** The same as far as the definitions show it: without a look at any image, so cheap enough for every refresh. */
export function visiblyOverwritten(target: SnapshotXml, now: DomainXml): string[] {
  return target.disks.flatMap((disk) => {
    const [base, active] = [capturedOn(target, disk), diskOf(now, disk.name)?.source];
    if (disk.snapshot !== "external" || base === undefined || active === undefined) return [];
    return [base, ...base.backing].some(({ source }) => source === active) ? [active] : [];
  });
}

/** What is wrong with an external snapshot whose images are overwritten. */
export function overlayGone(
  { name, domainName }: { name: string; domainName: string },
  snapshot: SnapshotXml,
  images: readonly string[],
): string {
  return (
    `Snapshot ${quote(name)} of ${domainName} no longer holds what it captured: the domain writes to ${quoteAll(images)} ` +
    `again, and no longer to the snapshot's overlay ${quoteAll(overlayFiles(snapshot))}. Someone merged the overlay ` +
    "(virsh blockcommit), or went back to a snapshot inside the image."
  );
}

export const FORGET =
  'With deleteScope: "metadata" and an update, it can leave the program: libvirt then forgets the snapshot and changes no image.';

async function isBelow(
  host: QueryHost,
  { source = "", driver, backing }: DomainDisk,
  image: string,
): Promise<boolean> {
  if (backing.some((each) => each.source === image)) return true;
  const [chain = [], real = []] = await Promise.all([
    host.imageFiles(source, driver),
    host.imageFiles(image),
  ]);
  return chain.slice(1).some((each) => real.includes(each));
}

/** The image of a disk when the snapshot was taken; `undefined` where the snapshot did not capture that disk. */
function capturedOn({ domain }: SnapshotXml, { name, snapshot }: SnapshotDisk): DomainDisk | undefined {
  if (snapshot !== "internal" && snapshot !== "external") return undefined;
  return diskOf(domain, name);
}

function diskOf(domain: DomainXml | undefined, target: string): DomainDisk | undefined {
  return domain?.disks.find((disk) => disk.target === target);
}
