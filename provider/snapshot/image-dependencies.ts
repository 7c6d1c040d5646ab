import { isVirshError } from "../errors.js";
import type { DomainDisk, DomainXml } from "../xml/domain.js";
import { isExternal, type SnapshotDisk, type SnapshotXml } from "../xml/snapshot.js";
import { overlayFiles } from "./overlays.js";
import type { QueryHost } from "../hypervisor/host.js";

/**
 * An external snapshot is an image that nobody writes to any more, below an overlay. A revert to an internal snapshot
 * inside that image has the domain write to it again: what the external one captured is gone, and libvirt says nothing of
 * it, neither then nor when the domain is to go back to that one.
 */

/** The snapshots that are lost with a revert to `target`, by name. Nobody is asked where the domain is on its images. */
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
  return standingOn(
    written,
    found.filter((snapshot) => snapshot !== undefined),
  );
}

/** Another one may be gone by now; and of a name that holds a line break the list makes two, which are none. */
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

/** To what the domain is on it has been writing all along. */
function writtenAgain(target: SnapshotXml, now: DomainXml): string[] {
  return target.disks.flatMap((disk) => {
    const source = capturedOn(target, disk)?.source;
    return source === undefined || source === diskOf(now, disk.name)?.source ? [] : [source];
  });
}

/** Those whose image is one of these, and those that stand on the overlays of such in turn. */
export function standingOn(images: readonly string[], snapshots: readonly SnapshotXml[]): string[] {
  const [below, overlays] = [new Set(images), new Set<string>()];
  const lost = new Set<SnapshotXml>();
  const stands = (snapshot: SnapshotXml) =>
    snapshot.disks.some((disk) => {
      const source = capturedOn(snapshot, disk)?.source;
      // An internal one is kept by the image that it lies in, but not by those below.
      return source !== undefined && (disk.snapshot === "external" ? below : overlays).has(source);
    });
  for (let before = -1; before < lost.size;) {
    before = lost.size;
    for (const snapshot of snapshots.filter(stands)) {
      lost.add(snapshot);
      for (const file of overlayFiles(snapshot)) {
        below.add(file);
        overlays.add(file);
      }
    }
  }
  return snapshots.filter((snapshot) => lost.has(snapshot)).map(({ name }) => name);
}

/** The images that the domain writes to although `target` stands on them. */
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

/** The image that the domain ran on when the snapshot was taken, as far as the snapshot captured that disk. */
function capturedOn({ domain }: SnapshotXml, { name, snapshot }: SnapshotDisk): DomainDisk | undefined {
  if (snapshot !== "internal" && snapshot !== "external") return undefined;
  return diskOf(domain, name);
}

function diskOf(domain: DomainXml | undefined, target: string): DomainDisk | undefined {
  return domain?.disks.find((disk) => disk.target === target);
}
