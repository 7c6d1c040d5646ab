import { isVirshError, quoteAll } from "../../errors.js";
import { act, Interrupted, type Change } from "../../hypervisor/act.js";
import type { Host } from "../../hypervisor/host.js";
import type { Operation } from "../../hypervisor/operation.js";
import type { SnapshotXml } from "../../xml/snapshot.js";
import { afterFailedDelete } from "../after-failure.js";
import { imagesWithoutData } from "../image-tags.js";
import type { PartialState } from "../state.js";
import { expectSettled, leaveUnsettled } from "../unsettled.js";
import { confirmDelete } from "./confirm.js";
import type { DeleteDecision } from "./decide.js";
import { deletePhrase, type DeleteFacts } from "./look.js";
import { remaining } from "./prove.js";

/** Has libvirt delete the snapshot. */
export async function deleteSnapshot(
  operation: Pick<Operation, "host" | "memory" | "tell">,
  state: PartialState,
  facts: DeleteFacts,
  decision: DeleteDecision,
): Promise<void> {
  const { host, tell } = operation;
  const { domainUuid, name } = state;
  const domain = { uuid: domainUuid, name: state.domainName };
  const change: Change = {
    domainUuid,
    tried: deletePhrase(state),
    confirm: (now, waited) => confirmDelete(now, waited, state, facts, decision),
    ask: () => host.deleteSnapshot(domainUuid, name, decision.request),
    wasDone: async (later) => (await remaining(later, state)).length === 0,
  };
  await expectSettled(operation, domain, change.tried);
  try {
    await act(host, change, tell);
  } catch (error) {
    const was = facts.state ?? "no state";
    if (error instanceof Interrupted) {
      const isDone = error.outcome.is === "not done";
      if (!isDone) leaveUnsettled(operation, domainUuid, { was, froze: false });
      const said = isDone ? await afterFailedDelete(operation, domain, was, true) : [];
      const found = await whatIsFound(operation.host, error, state, facts);
      throw error.cause.with({ next: found }).adding(...said, "The next update or destroy tries again.");
    }
    if (!isVirshError(error) || error.begun === false || error.unchanged) throw error;
    throw error.adding(...(await afterFailedDelete(operation, domain, was, false)));
  }
}

async function whatIsFound(
  host: Host,
  { outcome }: Interrupted,
  state: PartialState,
  { document }: DeleteFacts,
): Promise<string> {
  switch (outcome.is) {
    case "not done": {
      const missing = await missingData(host.afterwards(), state, document.snapshot);
      return missing.length === 0
        ? "The host is done, and the snapshot is still there."
        : `The host is done: the snapshot is still on libvirt's list, and its data is gone from ${quoteAll(missing)}.`;
    }
    case "still running":
      return `${state.domainName} is still busy with it (${outcome.said}).`;
    case "not known":
      return `It is not known whether the snapshot was deleted (${outcome.said}).`;
  }
}

/** A daemon that dies in a delete may leave its own record of a snapshot that QEMU has deleted. */
async function missingData(host: Host, state: PartialState, snapshot: SnapshotXml): Promise<string[]> {
  try {
    return await imagesWithoutData(
      host,
      { domainUuid: state.domainUuid, tried: deletePhrase(state) },
      snapshot,
    );
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return [];
  }
}
