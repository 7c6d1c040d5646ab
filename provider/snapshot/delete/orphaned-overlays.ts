import { isVirshError, quote } from "../../errors.js";
import type { DomainXml } from "../../xml/domain.js";
import type { SnapshotXml } from "../../xml/snapshot.js";
import type { Tell } from "../../hypervisor/wait-until-free.js";
import type { DomainRef, Host } from "../../hypervisor/host.js";
import type { PartialState } from "../state.js";

/**
 * libvirt deletes an external snapshot's overlay where the domain runs on it. Once the domain has gone back to an internal
 * one it does not, and the overlay stays on the host for nobody. It is removed here, if it is proven that nothing needs
 * it; otherwise it is told that it stays, and why. Costs no call where there is no overlay.
 */
export async function removeLeftovers(
  host: Host,
  state: PartialState,
  deleted: SnapshotXml,
  { abandoned, tell }: { abandoned: boolean; tell: Tell },
): Promise<void> {
  if (state.deleteScope === "metadata" || state.deleteScope === "childrenOnly") return;
  for (const file of overlaysOf(deleted)) {
    const why = await removeUnneeded(host, state, file, abandoned);
    if (why === undefined) continue;
    tell(
      `The overlay ${quote(file)} of the deleted snapshot ${quote(state.name)} of ${state.domainName} is left on the host: ${why}.`,
    );
  }
}

/** The overlays that began with a snapshot, and with the last revert to it. A block device is nothing that was made. */
function overlaysOf({ disks, revertDisks = [] }: SnapshotXml): string[] {
  return [...disks, ...revertDisks].flatMap(({ snapshot, type, source }) =>
    snapshot === "external" && type === "file" && source !== undefined ? [source] : [],
  );
}

/** `undefined` once the file is gone; otherwise why it stays. The snapshot is deleted: this fails no more. */
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

/** An image that something on the host names. */
interface Use {
  who: string;
  file: string;
  format?: string | undefined;
}

/** Who may need a file, which has these paths; `undefined` where it is proven that nobody does. */
async function whyNeeded(
  host: Host,
  state: PartialState,
  paths: readonly string[],
): Promise<string | undefined> {
  const uses = (await Promise.all([usesOf(host, state), usesOfOthers(host, state)])).flat();
  const named = uses.find(({ file }) => paths.includes(file));
  if (named !== undefined) return `${named.who} needs it`;
  // Of a domain that is off libvirt does not know what its images stand on: a clone, say, on this very file.
  for (const { who, file, format } of distinct(uses)) {
    const chain = await host.imageFiles(file, format);
    if (chain === undefined) return `whether ${who} needs it could not be seen`;
    if (chain.some((one) => paths.includes(one))) return `${who} needs it`;
  }
  const locked = await Promise.all(paths.map((path) => host.isLocked(path)));
  if (locked.includes(true)) return "a process works on it";
  return locked.includes(undefined) ? "whether a process works on it could not be seen" : undefined;
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
    // Undefined meanwhile.
    if (!isVirshError(error, "NotFound")) throw error;
    return [];
  }
}

function imagesOf({ disks }: DomainXml, who: string): Use[] {
  return disks
    .flatMap(({ source, driver, backing }) => [{ source, driver }, ...backing])
    .flatMap(({ source, driver }) => (source === undefined ? [] : [{ who, file: source, format: driver }]));
}

function imagesIn({ name, disks, revertDisks = [], domain, inactiveDomain }: SnapshotXml): Use[] {
  const who = `snapshot ${quote(name)}`;
  const overlays = [...disks, ...revertDisks].flatMap(({ source, driver = "qcow2" }) =>
    source === undefined ? [] : [{ who, file: source, format: driver }],
  );
  return [
    ...overlays,
    ...(domain === undefined ? [] : imagesOf(domain, who)),
    ...(inactiveDomain === undefined ? [] : imagesOf(inactiveDomain, who)),
  ];
}

function distinct(uses: readonly Use[]): Use[] {
  return [...new Map(uses.map((use) => [JSON.stringify([use.file, use.format]), use])).values()];
}
