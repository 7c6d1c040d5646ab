import { isVirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import type { GetSnapshotsInputs } from "./inputs.js";
import { readListed } from "./read-listed.js";
import { snapshotInfo, type SnapshotInfo } from "./snapshot-info.js";
import { treesOf, type SnapshotNode } from "./tree.js";

/** What `getSnapshots` returns. */
export interface GetSnapshotsResult {
  /** The domain's UUID. */
  domainUuid: string;
  /** The domain's name. */
  domainName: string;
  /** The snapshots that match the filters, sorted by name as virsh does, or topologically. */
  snapshots: SnapshotInfo[];
  /** The same as trees. Where a filter leaves out the parent, the child is a root. */
  roots: SnapshotNode[];
}

export async function getSnapshots(
  host: QueryHost,
  { domain: given, uri: _uri, timeoutSeconds: _seconds, ...filter }: GetSnapshotsInputs,
): Promise<GetSnapshotsResult> {
  const domain = await resolveDomain(host, given);
  const { uuid } = domain;
  const [listed, current] = await Promise.all([
    host.listSnapshots(uuid, filter),
    host.currentSnapshot(uuid),
  ]).catch((error: unknown) => {
    throw isVirshError(error) ? error.with({ tried: `list the snapshots of ${domain.name}` }) : error;
  });
  const found = await readListed(host, domain, filter, listed);
  const snapshots = found.map((snapshot) => snapshotInfo(domain, snapshot, current));
  return { domainUuid: uuid, domainName: domain.name, snapshots, roots: treesOf(snapshots) };
}
