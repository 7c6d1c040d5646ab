import { isVirshError, quote, quoteAll, VirshError } from "../errors.js";
import { act, Interrupted, withTimeLeft, type Change } from "../hypervisor/act.js";
import type { Host } from "../hypervisor/host.js";
import type { Operation } from "../hypervisor/operation.js";
import { withDescription, type SnapshotXml } from "../xml/snapshot.js";
import { readTarget } from "./identity.js";
import { imagesWithoutData } from "./image-tags.js";
import { IncompleteError } from "./incomplete.js";
import type { SnapshotInputs } from "./inputs.js";
import { mend, type Before } from "./lost-definition.js";
import { expectSameDomain } from "./same-domain.js";
import type { PartialState } from "./state.js";

/**
 * Edits the description in place: parent, children, creation time and current snapshot stay as they are. The caller holds
 * the domain's turn.
 */
export async function editDescription(
  { host, tell }: Pick<Operation, "host" | "tell">,
  state: PartialState,
  { domain, description }: Pick<SnapshotInputs, "domain" | "description">,
): Promise<void> {
  const { domainUuid, domainName, name } = state;
  const wanted = description === "" ? undefined : description;
  const tried = `edit the description of snapshot ${quote(name)} of ${domainName}`;
  let before: Before | undefined;
  const change: Change = {
    domainUuid,
    tried,
    // Read right before each attempt: an older document would define a snapshot again that was deleted meanwhile.
    confirm: async (now) => {
      const [{ xml }, current] = await Promise.all([
        readTarget(now, state, tried),
        now.currentSnapshot(domainUuid),
        expectSameDomain(now, { uuid: domainUuid }, domain, tried),
      ]);
      before = { xml, current: current === name };
    },
    ask: async () => {
      if (before !== undefined) await host.redefineSnapshot(domainUuid, withDescription(before.xml, wanted));
    },
    wasDone: async (later) => (await later.readSnapshot(domainUuid, name)).snapshot.description === wanted,
  };
  try {
    await act(host, change, tell);
  } catch (thrown) {
    const error = thrown instanceof Interrupted ? thrown.cause : thrown;
    if (!isVirshError(error) || before === undefined) throw error;
    const mended = await mend(host, state, before, error);
    if (!mended.lost) throw mended.error;
    throw new IncompleteError({ ...state, lostDefinition: mended.definition }, mended.error.message, error);
  }
  const later = withTimeLeft(host);
  const { snapshot } = await readTarget(later, state, tried);
  await expectData(later, { domainUuid, tried }, snapshot);
}

/**
 * An edit that coincides with someone's delete makes libvirt list the snapshot again, without its data. That entry is
 * this edit's, and holds nothing: it is taken off the list.
 */
async function expectData(
  host: Host,
  of: { domainUuid: string; tried: string },
  snapshot: SnapshotXml,
): Promise<void> {
  const missing = await imagesWithoutData(host, of, snapshot).catch((error: unknown) => {
    // While others are at work on the domain nothing is proven, and the edit is done.
    if (isVirshError(error, "Busy")) return [];
    throw error;
  });
  if (missing.length === 0) return;
  await host.deleteSnapshot(of.domainUuid, snapshot.name, { metadata: true });
  throw new VirshError({
    kind: "NotFound",
    tried: of.tried,
    said: `someone deleted the snapshot while it was edited: its data is missing in ${quoteAll(missing)}`,
    next: "The entry that the edit made for it is off libvirt's list again. Refresh to see what is left.",
  });
}
