import { isVirshError, VirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { SnapshotDocument } from "../hypervisor/results.js";
import { toRfc3339 } from "./facts.js";
import { otherData, type KnownData } from "./image-identity.js";

/**
 * What makes a snapshot the same one: a name alone can be taken again by someone else. One that could never be read
 * back has no creation time yet.
 */
export interface Target extends KnownData {
  domainUuid: string;
  name: string;
  creationTime?: string | undefined;
}

/** Whether `snapshot`, of the right domain and name, is the one that is meant; without a time the name has to do. */
export function isSame(
  { creationTime }: Pick<Target, "creationTime">,
  snapshot: { creationTime: number },
): boolean {
  return creationTime === undefined || creationTime === toRfc3339(snapshot.creationTime);
}

export function snapshotId({ domainUuid, name }: Pick<Target, "domainUuid" | "name">): string {
  return `${domainUuid}/${name}`;
}

/** When the snapshot was taken, as a clause. */
export function whenTaken({ creationTime }: Pick<Target, "creationTime">): string {
  return creationTime === undefined ? "taken at a time that is still to be read" : `taken ${creationTime}`;
}

/** The snapshot that is meant; `undefined` where it provably does not exist, or another one has its name. */
export async function findTarget(
  host: QueryHost,
  target: Target,
  tried: string,
): Promise<SnapshotDocument | undefined> {
  try {
    const document = await host.readSnapshot(target.domainUuid, target.name);
    const { snapshot } = document;
    if (!isSame(target, snapshot)) return undefined;
    return (await otherData(host, snapshot, target)) === undefined ? document : undefined;
  } catch (error) {
    if (isVirshError(error, "NotFound")) return undefined;
    throw isVirshError(error) ? error.with({ tried }) : error;
  }
}

/** The snapshot that is meant. It is an error if it does not exist, or another one has its name. */
export async function readTarget(host: QueryHost, target: Target, tried: string): Promise<SnapshotDocument> {
  const next = "Refresh to see what is left.";
  try {
    const document = await host.readSnapshot(target.domainUuid, target.name);
    const { snapshot } = document;
    const other = isSame(target, snapshot)
      ? await otherData(host, snapshot, target)
      : `the snapshot of that name was taken ${toRfc3339(snapshot.creationTime)}, ` +
        `and the one in the state ${target.creationTime ?? "at another time"}`;
    if (other === undefined) return document;
    throw new VirshError({
      kind: "NotFound",
      tried,
      said: `${other}: it is another snapshot`,
      unchanged: true,
      next,
    });
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw error.with({ tried, ...(error.next === undefined ? { unchanged: true, next } : {}) });
  }
}
