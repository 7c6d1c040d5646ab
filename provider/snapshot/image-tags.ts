import { quote, VirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { DomainXml } from "../xml/domain.js";
import type { SnapshotXml } from "../xml/snapshot.js";

/**
 * Internal snapshots, as the tags in an image. While QEMU rewrites the image's table of snapshots, qemu-img reads an
 * incomplete table and reports no failure: 6 of 721 looks missed a snapshot that was there. So one look proves that a
 * tag is there. That it is absent takes several looks at different times, with nobody at work on the domain.
 */
export interface Tag {
  domainUuid: string;
  image: string;
  name: string;
  /** Phrase after "Unable to". */
  tried: string;
}

/** The images that should hold the data of an internal snapshot, and provably do not. */
export async function imagesWithoutData(
  host: Pick<QueryHost, "imageTags" | "domainControl" | "pause">,
  of: Pick<Tag, "domainUuid" | "tried">,
  { name, disks, domain }: SnapshotXml,
  now?: DomainXml,
): Promise<string[]> {
  const missing: string[] = [];
  // An overlay may have replaced the image since.
  const images = (domain ?? now)?.disks ?? [];
  for (const disk of disks.filter(({ snapshot }) => snapshot === "internal")) {
    const image = images.find(({ target }) => target === disk.name)?.source;
    if (image !== undefined && (await isProvenAbsent(host, { ...of, name, image }))) missing.push(image);
  }
  return missing;
}

/** Of different lengths, so that work in a steady rhythm does not meet every look. */
const PAUSES_MS = [50, 110, 230];

/** How often the looks are repeated while someone is at work on the domain. */
const ROUNDS = 5;

/**
 * Whether it is proven that the image does not hold the tag. `false` where it does, and where the image cannot be read
 * from here. Throws `Busy` if the domain does not come to rest.
 */
export async function isProvenAbsent(
  host: Pick<QueryHost, "imageTags" | "domainControl" | "pause">,
  { domainUuid, image, name, tried }: Tag,
): Promise<boolean> {
  let looks = 0;
  const isMissed = async () => {
    const tags = await host.imageTags(image, looks);
    looks += 1;
    return tags?.includes(name) === false;
  };
  if (!(await isMissed())) return false;
  let job = "";
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await host.domainControl(domainUuid);
    for (const ms of PAUSES_MS) {
      await host.pause(ms);
      if (!(await isMissed())) return false;
    }
    const after = await host.domainControl(domainUuid);
    if (before.idle && after.idle) return true;
    job = [before, after].flatMap((control) => (control.idle ? [] : [control.said])).join(", ");
  }
  throw new VirshError({
    kind: "Busy",
    tried,
    said: `whether ${quote(image)} holds the data of snapshot ${quote(name)} cannot be seen while another job holds the domain: ${job}`,
    unchanged: true,
    next: "Try again when `virsh domcontrol` says ok.",
    begun: false,
  });
}
