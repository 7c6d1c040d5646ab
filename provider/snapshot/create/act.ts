import { isVirshError, quote } from "../../errors.js";
import { act, Interrupted, withTimeLeft, type Change } from "../../hypervisor/act.js";
import type { CreateRequest } from "../../hypervisor/host.js";
import type { Operation } from "../../hypervisor/operation.js";
import { IncompleteError } from "../incomplete.js";
import type { SnapshotInputs } from "../inputs.js";
import { partialState } from "../state.js";
import { expectSettled } from "../unsettled.js";
import { afterFailure, afterInterruption } from "./aftermath/aftermath.js";
import { recordedAs } from "../which-host.js";
import { confirmCreate } from "./confirm.js";
import { takePhrase } from "./decide.js";
import type { CreateFacts } from "./look.js";
import { narrowOverlays } from "./narrow.js";
import { writtenFiles } from "../written-files.js";

/** Has libvirt take the snapshot. When that fails, what it changed is undone. */
export async function take(
  operation: Operation,
  inputs: SnapshotInputs,
  facts: CreateFacts,
  request: CreateRequest,
): Promise<void> {
  const { host, memory, tell } = operation;
  const { uuid } = facts.domain;
  const change: Change = {
    domainUuid: uuid,
    tried: takePhrase(facts.domain, request.name),
    confirm: (now, waited) => confirmCreate(now, waited, inputs, facts),
    ask: () => host.createSnapshot(uuid, request),
    wasDone: async (later) => (await later.listSnapshots(uuid)).includes(request.name),
  };
  const written = writtenFiles(facts.definition, inputs);
  const files = written.map(({ file }) => file);
  const attempt = { inputs, facts, quiesce: request.quiesce === true };
  await expectSettled(operation, facts.domain, change.tried);
  await memory.files.inTurns(files, async () => {
    try {
      const interruption = await act(host, change, tell);
      if (interruption !== undefined) await afterInterruption(operation, attempt);
    } catch (error) {
      const mayHaveBegun = error instanceof Interrupted || (isVirshError(error) && error.begun !== false);
      throw mayHaveBegun ? await afterFailure(operation, attempt, error) : error;
    }
    if (facts.definition.id === undefined)
      await narrowOverlays(withTimeLeft(host), request.name, written, tell);
  });
}

/** What the user has to know of a create that was interrupted and is not known to be done. */
export function explainInterrupted(
  { cause, outcome }: Interrupted,
  { domain, identity }: Pick<CreateFacts, "domain" | "identity">,
  inputs: SnapshotInputs,
): Error {
  const name = quote(inputs.name);
  switch (outcome.is) {
    case "not done":
      return cause;
    case "not known":
      return cause.with({
        next:
          `It is not known whether the snapshot was taken: look with virsh snapshot-list ${domain.name}. ` +
          `If ${name} is there, adopt: true lets the next update take it over. ` +
          `If virsh domstate ${domain.name} --reason says that the domain is paused: virsh resume ${domain.name}` +
          // Whoever froze them does not know any more that it did.
          (inputs.quiesce === undefined || inputs.quiesce === "none"
            ? ""
            : `. If its file systems stay frozen: virsh domfsthaw ${domain.name}`),
      });
    case "still running":
      return new IncompleteError(
        partialState(domain, inputs, recordedAs(identity, inputs.uri)),
        `${cause.message} ${domain.name} is still busy with it (${outcome.said}). ` +
          "The snapshot is kept in the state; the next update completes it.",
        cause,
      );
  }
}
