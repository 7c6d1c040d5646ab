import { isVirshError, quote, quoteAll, type VirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { GetSnapshotInputs, GetSnapshotXmlInputs } from "./inputs.js";
import { readListed, readSnapshot } from "./read-listed.js";
import { snapshotInfo, type SnapshotInfo } from "./snapshot-info.js";

/** What `getSnapshot` returns. */
export interface GetSnapshotResult extends SnapshotInfo {
  /** The names of the snapshots that came directly after it (`snapshot-list --from`). */
  children: string[];
}

/** What `getSnapshotXml` returns. */
export interface GetSnapshotXmlResult {
  /** The document, to the letter as `snapshot-dumpxml` prints it. */
  xml: string;
}

export async function getSnapshot(host: QueryHost, args: GetSnapshotInputs): Promise<GetSnapshotResult> {
  const { name } = args;
  const domain = await resolveDomain(host, args.domain);
  const { uuid } = domain;
  const children = { from: name };
  const [snapshot, current, after] = await expectThere(host, domain, name, () =>
    Promise.all([
      readSnapshot(host, uuid, name),
      host.currentSnapshot(uuid),
      host.listSnapshots(uuid, children),
    ]),
  );
  const found = await readListed(host, domain, children, after);
  return { ...snapshotInfo(domain, snapshot, current), children: found.map((child) => child.name) };
}

export async function getSnapshotXml(
  host: QueryHost,
  { domain: given, name, security = false }: GetSnapshotXmlInputs,
): Promise<GetSnapshotXmlResult> {
  const domain = await resolveDomain(host, given);
  const xml = await expectThere(host, domain, name, () => host.snapshotXml(domain.uuid, name, { security }));
  return { xml };
}

/** What `read` gives of one snapshot. Where the domain has none of that name, the error lists those it has. */
async function expectThere<T>(
  host: QueryHost,
  { uuid, name: domain }: DomainRef,
  name: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const named = error.with({ tried: `read snapshot ${quote(name)} of ${domain}` });
    throw error.kind === "NotFound" ? await listingOthers(host, uuid, named) : named;
  }
}

/** The error, with the snapshots that the domain does have. */
async function listingOthers(host: QueryHost, uuid: string, error: VirshError): Promise<VirshError> {
  const names = await host.listSnapshots(uuid).catch((failure: unknown) => {
    // The domain itself may be gone by now: the first error says more.
    if (!isVirshError(failure)) throw failure;
    return undefined;
  });
  if (names === undefined) return error;
  const known = names.length === 0 ? "The domain has no snapshot." : `It has ${quoteAll(names, 10)}.`;
  return error.with({ next: `${known} Check domain, name and uri.` });
}
