import { isVirshError, quote, VirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { DomainRef, SnapshotFilter } from "../hypervisor/results.js";
import { parseSnapshot, type SnapshotXml } from "../xml/snapshot.js";

/**
 * The snapshots of these names, as `snapshot-list --name` printed them with `filter`. One that was deleted in the
 * meantime is left out. Throws where a name holds a line break: virsh prints one name a line, so such a name shows as
 * lines that name nothing, or as two that are the same.
 */
export async function readListed(
  host: QueryHost,
  { uuid, name: domain }: DomainRef,
  filter: SnapshotFilter,
  names: readonly string[],
): Promise<SnapshotXml[]> {
  const broken = names.find((name, index) => name === "" || names.indexOf(name) !== index);
  if (broken !== undefined) throw lineBreak(domain, broken);
  const found = await Promise.all(names.map((name) => readIfThere(host, uuid, name)));
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    const again = await host.listSnapshots(uuid, filter);
    const still = missing.find((name) => again.includes(name));
    if (still !== undefined) throw lineBreak(domain, still);
  }
  return found.filter((snapshot) => snapshot !== undefined);
}

/** A snapshot without the passwords in its XML: nothing of them is needed here. */
export async function readSnapshot(host: QueryHost, uuid: string, name: string): Promise<SnapshotXml> {
  return parseSnapshot(await host.snapshotXml(uuid, name));
}

async function readIfThere(host: QueryHost, uuid: string, name: string): Promise<SnapshotXml | undefined> {
  try {
    return await readSnapshot(host, uuid, name);
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
    return undefined;
  }
}

function lineBreak(domain: string, line: string): VirshError {
  return new VirshError({
    kind: "Unsupported",
    tried: `list the snapshots of ${domain}`,
    said: `a snapshot's name holds a line break, and virsh lists one name a line: ${quote(line)} is a part of it`,
    next: "Delete that snapshot, or take another under a better name. getSnapshot reads it by its whole name.",
  });
}
