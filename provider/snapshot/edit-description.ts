import { quote } from "../errors.js";
import { act, Interrupted } from "../hypervisor/act.js";
import type { Host } from "../hypervisor/host.js";
import type { Operation } from "../hypervisor/operation.js";
import type { DomainRef, SnapshotDocument } from "../hypervisor/results.js";
import { withDescription } from "../xml/snapshot.js";

/** Edits the description in place: parent, children, creation time and current snapshot stay as they are. */
export async function editDescription(
  { host, tell }: Pick<Operation, "host" | "tell">,
  domain: DomainRef,
  { xml, snapshot }: SnapshotDocument,
  description: string | undefined,
): Promise<void> {
  const wanted = description === "" ? undefined : description;
  const change = {
    domainUuid: domain.uuid,
    // libvirt edits the metadata of a domain whatever its QEMU does.
    isOff: true,
    tried: describePhrase(domain, snapshot.name),
    ask: () => host.redefineSnapshot(domain.uuid, withDescription(xml, wanted)),
    wasDone: async (later: Host) =>
      (await later.readSnapshot(domain.uuid, snapshot.name)).snapshot.description === wanted,
  };
  try {
    await act(host, change, tell);
  } catch (error) {
    throw error instanceof Interrupted ? error.cause : error;
  }
}

export function describePhrase(domain: DomainRef, name: string): string {
  return `edit the description of snapshot ${quote(name)} of ${domain.name}`;
}
