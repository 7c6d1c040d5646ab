import { gated } from "../../capabilities/version-gates.js";
import { isVirshError, quote } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import type { DomainState, SnapshotDocument } from "../../hypervisor/results.js";
import type { DomainXml } from "../../xml/domain.js";
import { isExternal, type SnapshotXml } from "../../xml/snapshot.js";
import { scopeOf } from "../delete-scope.js";
import { findTarget } from "../identity.js";
import { overwrittenImages } from "../image-dependencies.js";
import type { PartialState } from "../state.js";

/** What is known of host and snapshot before a delete. */
export interface DeleteFacts {
  document: SnapshotDocument;
  /** The domain's state; `undefined` where the domain is gone. */
  state: DomainState | undefined;
  /** The snapshots that came after it. Empty where the delete does not depend on them. */
  descendants: readonly string[];
  /** Only of an external snapshot whose data is to be deleted. */
  external?: ExternalFacts;
}

export interface ExternalFacts {
  /** The daemon's version. */
  version: string;
  /** The name of the current snapshot. */
  current: string | undefined;
  now: DomainXml;
  /** The internal snapshots among those that came after it. */
  internalDescendants: readonly SnapshotXml[];
  /** Only for a daemon that deletes too much once the domain has left the snapshot. */
  lineage?: Lineage;
}

/** How the domain got where it is. */
export interface Lineage {
  /** The current snapshot and all that came before it. */
  current: readonly SnapshotXml[];
  /** All that came before the snapshot. */
  ancestors: readonly SnapshotXml[];
  /** Images that the snapshot depends on and that the domain has written to since. */
  overwritten: readonly string[];
}

export function deletePhrase({ domainName, name }: PartialState): string {
  return `delete snapshot ${quote(name)} of ${domainName}`;
}

/** Reads what a delete depends on. `undefined` where the snapshot provably does not exist any more. */
export async function lookBeforeDelete(
  host: QueryHost,
  state: PartialState,
): Promise<DeleteFacts | undefined> {
  const { domainUuid, name } = state;
  const { data, descendants: takesOthers } = scopeOf(state);
  const [document, domainState] = await Promise.all([
    findTarget(host, state, deletePhrase(state)),
    stateUnlessGone(host, domainUuid),
  ]);
  if (document === undefined) return undefined;
  const isExternalData = data && isExternal(document.snapshot);
  const [descendants, external] = await Promise.all([
    isExternalData || takesOthers ? host.listDescendants(domainUuid, name) : [],
    isExternalData ? lookAtExternal(host, domainUuid, document.snapshot) : undefined,
  ]);
  return { document, state: domainState, descendants, ...(external === undefined ? {} : { external }) };
}

async function stateUnlessGone(host: QueryHost, domainUuid: string): Promise<DomainState | undefined> {
  try {
    return await host.domainState(domainUuid);
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
    return undefined;
  }
}

async function lookAtExternal(
  host: QueryHost,
  domainUuid: string,
  snapshot: SnapshotXml,
): Promise<ExternalFacts> {
  const [version, current, now, internal] = await Promise.all([
    host.daemonVersion(),
    host.currentSnapshot(domainUuid),
    host.domainXml(domainUuid),
    host.listSnapshots(domainUuid, { from: snapshot.name, descendants: true, internal: true }),
  ]);
  const documents = await Promise.all(internal.map((name) => host.readSnapshot(domainUuid, name)));
  const internalDescendants = documents.map((document) => document.snapshot);
  const facts = { version, current, now, internalDescendants };
  if (gated("deleteExternalOverInternal", version) === undefined) return facts;
  return { ...facts, lineage: await lineageOf(host, domainUuid, snapshot, current, now) };
}

async function lineageOf(
  host: QueryHost,
  domainUuid: string,
  snapshot: SnapshotXml,
  current: string | undefined,
  now: DomainXml,
): Promise<Lineage> {
  const [ofCurrent, ancestors, overwritten] = await Promise.all([
    backFrom(host, domainUuid, current),
    backFrom(host, domainUuid, snapshot.parent),
    overwrittenImages(host, snapshot, now),
  ]);
  return { current: ofCurrent, ancestors, overwritten };
}

/** The snapshot of that name and all that came before it, latest first. */
async function backFrom(
  host: QueryHost,
  domainUuid: string,
  from: string | undefined,
): Promise<SnapshotXml[]> {
  const found: SnapshotXml[] = [];
  for (let name = from; name !== undefined;) {
    const { snapshot } = await host.readSnapshot(domainUuid, name);
    found.push(snapshot);
    name = snapshot.parent;
  }
  return found;
}
