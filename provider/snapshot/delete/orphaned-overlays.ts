import { isVirshError, quote } from "../../errors.js";
import type { Host } from "../../hypervisor/host.js";
import { warning, type Tell } from "../../hypervisor/notice.js";
import type { DomainRef } from "../../hypervisor/results.js";
import type { DomainXml } from "../../xml/domain.js";
import type { SnapshotXml } from "../../xml/snapshot.js";
import { scopeOf } from "../delete-scope.js";
import { overlaysOf } from "../overlays.js";
import type { PartialState } from "../state.js";

/**
 * libvirt deletes the overlay of an external snapshot if the domain runs on it. Once the domain has gone back to an
 * internal snapshot it does not, and nothing uses the overlay any more. It is removed here if it is proven that nothing
 * needs it; otherwise a line says that it stays, and why. Costs no call where there is no overlay.
 */
export async function removeOrphanedOverlays(
  host: Host,
  state: PartialState,
  deleted: SnapshotXml,
  { abandoned, tell }: { abandoned: boolean; tell: Tell },
): Promise<void> {
  const { data, itself } = scopeOf(state);
  if (!data || !itself) return;
  const { began, reverted } = overlaysOf(deleted);
  // A block device was there before.
  for (const { source: file } of [...began, ...reverted].filter(({ type }) => type === "file")) {
    const why = await removeUnneeded(host, state, file, abandoned);
    if (why === undefined) continue;
    tell(
      warning(
        `The overlay ${quote(file)} of the deleted snapshot ${quote(state.name)} of ${state.domainName} is left on the host: ${why}.`,
      ),
    );
  }
}

/** `undefined` once the file is gone; otherwise why it stays. The snapshot is deleted, so this no longer fails. */
async function removeUnneeded(
  host: Host,
  state: PartialState,
  file: string,
  abandoned: boolean,
): Promise<string | undefined> {
  try {
    if (!(await host.fileExists(file))) return undefined;
    if (state.reuseExternal === true) return "it was there before the snapshot (reuseExternal)";
    if (!abandoned) return `it may hold what ${state.domainName} wrote last`;
    const [real] = (await host.imageFiles(file)) ?? [];
    if (real === undefined) return "it cannot be removed from here";
    const needed = await whyNeeded(host, state, [file, real]);
    if (needed !== undefined) return needed;
    return (await host.removeFile(file)) && !(await host.fileExists(file))
      ? undefined
      : "it cannot be removed from here";
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return `whether anything needs it could not be seen (${error.said})`;
  }
}

/** An image that something on the host uses. */
interface Use {
  who: string;
  file: string;
  format?: string | undefined;
}

/** What may need a file, which has these paths; `undefined` where it is proven that nothing does. */
async function whyNeeded(
  host: Host,
  state: PartialState,
  paths: readonly string[],
): Promise<string | undefined> {
  const uses = (await Promise.all([usesOf(host, state), usesOfOthers(host, state)])).flat();
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

async function usesOf(host: Host, { domainUuid, domainName }: PartialState): Promise<Use[]> {
  const [live, persistent, names] = await Promise.all([
    host.domainXml(domainUuid),
    host.domainXml(domainUuid, { inactive: true }),
    host.listSnapshots(domainUuid),
  ]);
  const documents = await Promise.all(names.map((name) => host.readSnapshot(domainUuid, name)));
  return [
    ...imagesOf(live, domainName),
    ...imagesOf(persistent, domainName),
    ...documents.flatMap(({ snapshot }) => imagesIn(snapshot)),
  ];
}

async function usesOfOthers(host: Host, { domainUuid }: PartialState): Promise<Use[]> {
  const others = (await host.listDomains()).filter(({ uuid }) => uuid !== domainUuid);
  return (await Promise.all(others.map((other) => usesOfOther(host, other)))).flat();
}

async function usesOfOther(host: Host, { uuid, name }: DomainRef): Promise<Use[]> {
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
