import { quote } from "../errors.js";
import { act, Interrupted } from "../hypervisor/act.js";
import type { Host } from "../hypervisor/host.js";
import type { Operation } from "../hypervisor/operation.js";
import { withDescription } from "../xml/snapshot.js";
import { readTarget, type Target } from "./identity.js";

/** Edits the description in place: parent, children, creation time and current snapshot stay as they are. */
export async function editDescription(
  { host, tell }: Pick<Operation, "host" | "tell">,
  target: Target,
  domainName: string,
  description: string | undefined,
): Promise<void> {
  const { domainUuid, name } = target;
  const wanted = description === "" ? undefined : description;
  const tried = `edit the description of snapshot ${quote(name)} of ${domainName}`;
  const change = {
    domainUuid,
    // Not asked for a job first: libvirt refuses the edit at once while one holds the domain.
    isOff: true,
    tried,
    // Read right before each attempt: an older document would define a snapshot again that was deleted meanwhile.
    ask: async () => {
      const { xml } = await readTarget(host, target, tried);
      await host.redefineSnapshot(domainUuid, withDescription(xml, wanted));
    },
    wasDone: async (later: Host) =>
      (await later.readSnapshot(domainUuid, name)).snapshot.description === wanted,
  };
  try {
    await act(host, change, tell);
  } catch (error) {
    throw error instanceof Interrupted ? error.cause : error;
  }
}
