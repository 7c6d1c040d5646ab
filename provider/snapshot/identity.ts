import { isVirshError, VirshError } from "../errors.js";
import type { Looks, SnapshotDocument } from "../hypervisor/host.js";
import { isSame, toRfc3339, type Target } from "./state.js";

/** The snapshot that is meant, before anything is done to it: another one under its name is an error, as is none. */
export async function readTarget(host: Looks, target: Target, tried: string): Promise<SnapshotDocument> {
  const next = "Nothing was changed. Run pulumi refresh to see what is left.";
  try {
    const document = await host.readSnapshot(target.domainUuid, target.name);
    if (isSame(target, document.snapshot)) return document;
    throw new VirshError({
      kind: "NotFound",
      tried,
      said: `the snapshot of that name was taken ${toRfc3339(document.snapshot.creationTime)}, ours ${target.creationTime ?? "at another time"}: it is another one`,
      next,
    });
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw error.with({ tried, next: error.next ?? next });
  }
}
