import { quote } from "../errors.js";
import { act, Interrupted, type Change } from "../hypervisor/act.js";
import type { Operation } from "../hypervisor/operation.js";
import type { SnapshotDocument } from "../hypervisor/results.js";
import { withDescription } from "../xml/snapshot.js";
import { readTarget, type Target } from "./identity.js";
import type { SnapshotInputs } from "./inputs.js";
import { expectSameDomain } from "./same-domain.js";

/** Edits the description in place: parent, children, creation time and current snapshot stay as they are. */
export async function editDescription(
  { host, tell }: Pick<Operation, "host" | "tell">,
  target: Target,
  domainName: string,
  { domain, description }: Pick<SnapshotInputs, "domain" | "description">,
): Promise<void> {
  const { domainUuid, name } = target;
  const wanted = description === "" ? undefined : description;
  const tried = `edit the description of snapshot ${quote(name)} of ${domainName}`;
  let document: SnapshotDocument | undefined;
  const change: Change = {
    domainUuid,
    tried,
    // Read right before each attempt: an older document would define a snapshot again that was deleted meanwhile.
    confirm: async (now) => {
      [document] = await Promise.all([
        readTarget(now, target, tried),
        expectSameDomain(now, { uuid: domainUuid }, domain, tried),
      ]);
    },
    ask: async () => {
      if (document === undefined) return;
      await host.redefineSnapshot(domainUuid, withDescription(document.xml, wanted));
    },
    wasDone: async (later) => (await later.readSnapshot(domainUuid, name)).snapshot.description === wanted,
  };
  try {
    await act(host, change, tell);
  } catch (error) {
    throw error instanceof Interrupted ? error.cause : error;
  }
}
