import { act, Interrupted, type Change } from "../../hypervisor/act.js";
import type { Operation } from "../../hypervisor/operation.js";
import type { PartialState } from "../state.js";
import { confirmDelete } from "./confirm.js";
import type { DeleteDecision } from "./decide.js";
import { deletePhrase, type DeleteFacts } from "./look.js";
import { remaining } from "./prove.js";

/** Has libvirt delete the snapshot. */
export async function deleteSnapshot(
  { host, tell }: Pick<Operation, "host" | "tell">,
  state: PartialState,
  facts: DeleteFacts,
  decision: DeleteDecision,
): Promise<void> {
  const { domainUuid, name } = state;
  const change: Change = {
    domainUuid,
    tried: deletePhrase(state),
    confirm: (now, waited) => confirmDelete(now, waited, state, facts, decision),
    ask: () => host.deleteSnapshot(domainUuid, name, decision.request),
    wasDone: async (later) => (await remaining(later, state)).length === 0,
  };
  try {
    await act(host, change, tell);
  } catch (error) {
    throw error instanceof Interrupted ? explainInterrupted(error, state) : error;
  }
}

function explainInterrupted({ cause, outcome }: Interrupted, { domainName }: PartialState): Error {
  return cause.with({ next: found() }).adding("The next update or destroy tries again.");

  function found(): string {
    switch (outcome.is) {
      case "not done":
        return "The host is done, and the snapshot is still there.";
      case "still running":
        return `${domainName} is still busy with it (${outcome.said}).`;
      case "not known":
        return `It is not known whether the snapshot was deleted (${outcome.said}).`;
    }
  }
}
