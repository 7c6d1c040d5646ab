import { quote } from "../errors.js";
import type { DomainRef } from "../hypervisor/host.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import { valueOf, type Answer } from "../virsh/answer.js";
import { currentSnapshot, dumpSnapshot, listSnapshots } from "../virsh/commands/snapshot.js";
import type { SnapshotXml } from "../xml/snapshot.js";
import { snapshotInfo, type SnapshotInfo } from "./snapshot-info.js";
import type { QuestionHost } from "../hypervisor/function-host.js";
import type { GetSnapshotInputs, GetSnapshotXmlInputs } from "./inputs.js";
import { readListed, readSnapshot } from "./listed.js";

/** What `getSnapshot` tells. */
export interface GetSnapshotResult extends SnapshotInfo {
  /** The names of the snapshots that came directly after it (`snapshot-list --from`). */
  children: string[];
}

/** What `getSnapshotXml` tells. */
export interface GetSnapshotXmlResult {
  /** The document, to the letter as `snapshot-dumpxml` prints it. */
  xml: string;
}

export async function getSnapshot(host: QuestionHost, args: GetSnapshotInputs): Promise<GetSnapshotResult> {
  const { name } = args;
  const domain = await resolveDomain(host, args.domain);
  const { uuid } = domain;
  const children = { from: name };
  const [snapshot, current, names] = await host.askAll<[SnapshotXml, string | undefined, string[]]>(uuid, [
    readSnapshot(uuid, name),
    currentSnapshot(uuid),
    listSnapshots(uuid, children),
  ]);
  const found = await existing(host, domain, name, snapshot);
  const after = await readListed(host, domain, children, valueOf(names));
  return {
    ...snapshotInfo(domain, found, valueOf(current)),
    children: after.map((child) => child.name),
  };
}

export async function getSnapshotXml(
  host: QuestionHost,
  { domain: given, name, security = false }: GetSnapshotXmlInputs,
): Promise<GetSnapshotXmlResult> {
  const domain = await resolveDomain(host, given);
  const [xml] = await host.askAll<[string]>(domain.uuid, [
    dumpSnapshot(domain.uuid, name, { security }, (document) => document),
  ]);
  return { xml: await existing(host, domain, name, xml) };
}

/** The answer about one snapshot. Where the domain has none of that name, the error tells which it has. */
async function existing<T>(
  host: QuestionHost,
  { uuid, name: domain }: DomainRef,
  name: string,
  answer: Answer<T>,
): Promise<T> {
  if (!("error" in answer)) return answer.value;
  const { error } = answer;
  const tried = `read snapshot ${quote(name)} of ${domain}`;
  if (error.kind !== "NotFound") throw error.with({ tried });
  const [names] = await host.askAll<[string[]]>(uuid, [listSnapshots(uuid)]);
  throw error.with({ tried, next: `${known(valueOf(names))} Check domain, name and uri.` });
}

function known(names: readonly string[]): string {
  if (names.length === 0) return "The domain has no snapshot.";
  const rest = names.length - 10;
  return `It has ${names.slice(0, 10).map(quote).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`;
}
