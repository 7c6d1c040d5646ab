import { resolveDomain } from "../hypervisor/resolve-domain.js";
import { valueOf } from "../virsh/answer.js";
import { currentSnapshot, listSnapshots } from "../virsh/commands/snapshot.js";
import { snapshotInfo, type SnapshotInfo } from "./snapshot-info.js";
import type { QuestionHost } from "../hypervisor/function-host.js";
import type { GetSnapshotsInputs } from "./inputs.js";
import { readListed } from "./listed.js";
import { treesOf, type SnapshotNode } from "./tree.js";

/** What `getSnapshots` tells. */
export interface GetSnapshotsResult {
  /** The domain's UUID. */
  domainUuid: string;
  /** The domain's name. */
  domainName: string;
  /** The snapshots that the filters let through, sorted by name as virsh does, or as `topological` asks. */
  snapshots: SnapshotInfo[];
  /** The same as trees. Where a filter leaves the parent out, the child is a root. */
  roots: SnapshotNode[];
}

export async function getSnapshots(
  host: QuestionHost,
  { domain: given, uri: _uri, timeoutSeconds: _seconds, ...filter }: GetSnapshotsInputs,
): Promise<GetSnapshotsResult> {
  const domain = await resolveDomain(host, given);
  const { uuid } = domain;
  const [listed, current] = await host.askAll<[string[], string | undefined]>(uuid, [
    listSnapshots(uuid, filter),
    currentSnapshot(uuid),
  ]);
  if ("error" in listed) throw listed.error.with({ tried: `list the snapshots of ${domain.name}` });
  const found = await readListed(host, domain, filter, valueOf(listed));
  const snapshots = found.map((snapshot) => snapshotInfo(domain, snapshot, valueOf(current)));
  return { domainUuid: uuid, domainName: domain.name, snapshots, roots: treesOf(snapshots) };
}
