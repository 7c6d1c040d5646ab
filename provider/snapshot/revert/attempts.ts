import { isVirshError, quote } from "../../errors.js";
import type { Host, QueryHost } from "../../hypervisor/host.js";
import type { DomainXml } from "../../xml/domain.js";
import { holdsState } from "../../capabilities/snapshot-shape.js";
import { toRfc3339 } from "../facts.js";
import { findTarget } from "../identity.js";
import type { ImageStamp, SafetySnapshot } from "../outputs.js";
import type { Revert } from "../plan.js";

/**
 * The safety snapshots of reverts that failed. The retry must not lose what they hold, and takes another one only where
 * there is something new to keep: the domain is then usually off, as the failed attempt left it.
 */

/** The images that the domain would write to, as they are now; none where a write could go unseen. */
async function stampsOf(host: QueryHost, { id, disks }: DomainXml): Promise<ImageStamp[]> {
  if (id !== undefined) return [];
  const images = disks.filter(holdsState).map(({ source }) => source);
  const stamps = await Promise.all(
    images.map(async (file) => (file === undefined ? undefined : host.fileStamp(file))),
  );
  const seen = images.map((file = "", index) => ({ file, stamp: stamps[index] ?? "" }));
  return seen.every(({ stamp }) => stamp !== "") ? seen : [];
}

/** The images as a failed attempt leaves them. */
export async function stampsLeft(host: Host, domainUuid: string): Promise<ImageStamp[]> {
  try {
    return await stampsOf(host, await host.domainXml(domainUuid));
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return [];
  }
}

/** The safety snapshot of a failed attempt that holds all there is: the domain is off, and nothing was written since. */
export async function completeSafety(
  host: QueryHost,
  step: Revert,
  now: DomainXml,
  current: string | undefined,
): Promise<SafetySnapshot | undefined> {
  const last = step.taken.at(-1);
  if (last?.pending === undefined || last.pending.length === 0) return undefined;
  if (last.creationTime === undefined || last.name !== current) return undefined;
  const stamps = await stampsOf(host, now);
  if (keyOf(stamps) !== keyOf(last.pending)) return undefined;
  const { domainUuid } = step.target;
  return (
    (await findTarget(host, { ...last, domainUuid }, `see what snapshot ${quote(last.name)} holds`)) && last
  );
}

function keyOf(stamps: readonly ImageStamp[]): string {
  return JSON.stringify(stamps.map(({ file, stamp }) => [file, stamp]));
}

/**
 * What is known of safety snapshots that could not be read back when they were taken. Those that the host does not have
 * were never finished, and are none.
 */
export async function learnTaken(
  host: QueryHost,
  domainUuid: string,
  taken: readonly SafetySnapshot[],
): Promise<SafetySnapshot[]> {
  const learnt = await Promise.all(
    taken.map(async (safety) => {
      if (safety.creationTime !== undefined) return safety;
      try {
        const { snapshot } = await host.readSnapshot(domainUuid, safety.name);
        return { ...safety, creationTime: toRfc3339(snapshot.creationTime) };
      } catch (error) {
        if (!isVirshError(error, "NotFound")) throw error;
        return undefined;
      }
    }),
  );
  return learnt.filter((safety) => safety !== undefined);
}
