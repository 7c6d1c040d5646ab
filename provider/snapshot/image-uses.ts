import { isVirshError, quote } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { DomainXml } from "../xml/domain.js";
import type { SnapshotXml } from "../xml/snapshot.js";
import { overlaysOf } from "./overlays.js";

/** An image that something on the host uses. */
interface Use {
  who: string;
  file: string;
  format?: string | undefined;
}

/** What may need a file, which has these paths; `undefined` where it is proven that nothing does. */
export async function whyNeeded(
  host: QueryHost,
  domain: DomainRef,
  paths: readonly string[],
): Promise<string | undefined> {
  const uses = (await Promise.all([usesOf(host, domain), usesOfOthers(host, domain)])).flat();
  const named = uses.find(({ file }) => paths.includes(file));
  if (named !== undefined) return `${named.who} needs it`;
  // libvirt does not know the backing chain of a domain that is off, for instance of a clone of this very file.
  for (const { who, file, format } of distinct(uses)) {
    const chain = await host.imageFiles(file, format);
    if (chain === undefined) return `whether ${who} needs it could not be seen`;
    if (chain.some((one) => paths.includes(one))) return `${who} needs it`;
  }
  const locked = await Promise.all(paths.map((path) => host.isLocked(path)));
  if (locked.includes(true)) return "a process uses it";
  return locked.includes(undefined) ? "whether a process uses it could not be seen" : undefined;
}

async function usesOf(host: QueryHost, { uuid, name }: DomainRef): Promise<Use[]> {
  const [live, persistent, names] = await Promise.all([
    host.domainXml(uuid),
    host.domainXml(uuid, { inactive: true }),
    host.listSnapshots(uuid),
  ]);
  const documents = await Promise.all(names.map((each) => host.readSnapshot(uuid, each)));
  return [
    ...imagesOf(live, name),
    ...imagesOf(persistent, name),
    ...documents.flatMap(({ snapshot }) => imagesIn(snapshot)),
  ];
}

async function usesOfOthers(host: QueryHost, domain: DomainRef): Promise<Use[]> {
  const others = (await host.listDomains()).filter(({ uuid }) => uuid !== domain.uuid);
  return (await Promise.all(others.map((other) => usesOfOther(host, other)))).flat();
}

async function usesOfOther(host: QueryHost, { uuid, name }: DomainRef): Promise<Use[]> {
  try {
    return imagesOf(await host.domainXml(uuid), `domain ${name}`);
  } catch (error) {
    // It was undefined in the meantime.
    if (!isVirshError(error, "NotFound")) throw error;
    return [];
  }
}

function imagesOf({ disks }: DomainXml, who: string): Use[] {
  return disks
    .flatMap(({ source, driver, backing }) => [{ source, driver }, ...backing])
    .flatMap(({ source, driver }) => (source === undefined ? [] : [{ who, file: source, format: driver }]));
}

function imagesIn(snapshot: SnapshotXml): Use[] {
  const { domain, inactiveDomain } = snapshot;
  const who = `snapshot ${quote(snapshot.name)}`;
  const { began, reverted } = overlaysOf(snapshot);
  return [
    ...[...began, ...reverted].map(({ source, driver = "qcow2" }) => ({ who, file: source, format: driver })),
    ...(domain === undefined ? [] : imagesOf(domain, who)),
    ...(inactiveDomain === undefined ? [] : imagesOf(inactiveDomain, who)),
  ];
}

function distinct(uses: readonly Use[]): Use[] {
  return [...new Map(uses.map((use) => [JSON.stringify([use.file, use.format]), use])).values()];
}
