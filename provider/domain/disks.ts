import { isVirshError, quote, VirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { info, warning, type Notice } from "../hypervisor/notice.js";
import { diskSources, overlaysIn, type DiskSource } from "../xml/disk-source.js";
import { parseDocument } from "../xml/document.js";
import type { RecordedDomain } from "./declaration.js";
import type { DomainFacts } from "./look.js";
import { isOff } from "./power.js";

/**
 * An external snapshot puts an overlay on a disk, and from then on the domain's definition names the overlay. The
 * declared XML still names the image below it. A domain that is defined with that image loses what was written since,
 * and ruins the overlay and every snapshot above the image.
 */

/** A disk that the declaration puts on another source than it has on the host. */
export interface MovedDisk {
  target: string;
  declared: string;
  host: string;
  /** Whether the host's source is an overlay over the declared one; `undefined` where that cannot be seen. */
  isOverlay: boolean | undefined;
  /** Whether this program put the disk where it is. */
  isOurs: boolean;
}

type Look = Pick<QueryHost, "definitionXml" | "listSnapshots" | "snapshotXml" | "imageFiles">;

/** The disks whose source differs, and how the two sources are related. Looks only where one differs. */
export async function lookAtDisks(
  host: Look,
  xml: string,
  facts: DomainFacts,
  recorded: Pick<RecordedDomain, "disks"> = {},
): Promise<MovedDisk[]> {
  const own = diskSources(parseDocument(facts.xml, "domain"));
  const moved = diskSources(parseDocument(xml, "domain")).flatMap((declared) => {
    const now = own.find(({ target }) => target === declared.target);
    return now === undefined || now.source === declared.source ? [] : [{ declared, now }];
  });
  if (moved.length === 0) return [];
  const [live, overlays] = await Promise.all([liveDisks(host, facts), overlaysOf(host, facts.domain.uuid)]);
  return Promise.all(
    moved.map(async ({ declared, now }) => {
      const { target, source } = declared;
      const chains = [now, live.find((disk) => disk.target === target && disk.source === now.source)];
      const isProven =
        chains.some((chain) => chain?.below.includes(source)) ||
        isAbove(
          now.source,
          source,
          overlays.filter((overlay) => overlay.target === target),
        );
      const isOverlay = isProven || (await byImages(host, declared, now));
      // What the program itself put there is no overlay of anybody else's.
      const isOurs = recorded.disks?.[target] === now.source;
      const known = isOverlay ?? (isOurs ? false : undefined);
      return { target, declared: source, host: now.source, isOverlay: known, isOurs };
    }),
  );
}

/** While a domain runs, libvirt knows the whole backing chain. */
async function liveDisks(host: Look, { domain, state }: DomainFacts): Promise<DiskSource[]> {
  if (isOff(state)) return [];
  return diskSources(parseDocument(await host.definitionXml(domain.uuid), "domain"));
}

type Overlay = ReturnType<typeof overlaysIn>[number];

async function overlaysOf(host: Look, uuid: string): Promise<Overlay[]> {
  const names = await host.listSnapshots(uuid);
  const texts = await Promise.all(names.map((name) => host.snapshotXml(uuid, name)));
  return texts.flatMap(overlaysIn);
}

/** Whether the snapshots put `overlay`, directly or through others, on `image`. */
function isAbove(
  overlay: string,
  image: string,
  overlays: readonly Overlay[],
  seen: readonly string[] = [],
): boolean {
  return overlays.some(
    (each) =>
      each.overlay === overlay &&
      !seen.includes(each.source) &&
      (each.source === image || isAbove(each.source, image, overlays, [...seen, each.source])),
  );
}

async function byImages(host: Look, declared: DiskSource, now: DiskSource): Promise<boolean | undefined> {
  if (now.path === undefined || now.format === undefined || declared.path === undefined) return undefined;
  try {
    const [chain, image] = await Promise.all([
      host.imageFiles(now.path, now.format),
      host.imageFiles(declared.path),
    ]);
    const [file] = image ?? [];
    if (chain === undefined || image === undefined) return undefined;
    // An image that does not exist is below nothing, and has nothing below it.
    return file !== undefined && chain.includes(file);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return undefined;
  }
}

/** What becomes of the disks: which ones keep the source that they have, and what to say. */
export function decideDisks(
  name: string,
  moved: readonly MovedDisk[],
): { keep: string[]; notices: Notice[] } {
  const unclear = moved.find(({ isOverlay }) => isOverlay === undefined);
  if (unclear !== undefined) {
    const { target, host, declared } = unclear;
    throw new VirshError({
      kind: "Conflict",
      tried: `redefine domain ${quote(name)}`,
      said: `disk ${target} is on ${host}, but xml says ${declared}, and whether the first is an overlay over the second could not be seen`,
      unchanged: true,
      next:
        `If ${host} is right, write it into xml, with its format. If ${declared} is right, put the disk there first ` +
        "(virsh edit), after you made sure that no snapshot needs the other image.",
    });
  }
  const kept = moved.filter(({ isOverlay }) => isOverlay === true);
  return {
    keep: kept.map(({ target }) => target),
    notices: moved.flatMap(({ target, host, declared, isOverlay, isOurs }): Notice[] => {
      if (isOverlay === true) {
        const why = "on the image itself, the domain would lose what was written since";
        return [
          info(
            `Disk ${target} of ${name} stays on ${host}, the overlay that a snapshot put on ${declared}: ${why}.`,
          ),
        ];
      }
      return isOurs ? [] : [warning(`Disk ${target} of ${name} moves from ${host} to ${declared}.`)];
    }),
  };
}
