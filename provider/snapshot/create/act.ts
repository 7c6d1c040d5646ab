import { isVirshError, quote, type VirshError } from "../../errors.js";
import { act, type Change, type Interrupted } from "../../hypervisor/act.js";
import type { CreateRequest, Host } from "../../hypervisor/host.js";
import type { Operation } from "../../hypervisor/operation.js";
import type { DomainRef } from "../../hypervisor/results.js";
import { IncompleteError } from "../incomplete.js";
import type { SnapshotInputs } from "../inputs.js";
import { partialState } from "../state.js";
import { confirmCreate } from "./confirm.js";
import { takePhrase } from "./decide.js";
import type { CreateFacts } from "./look.js";
import { writtenFiles } from "../written-files.js";

/** Has libvirt take the snapshot. When that fails, a domain that ran goes on running. */
export async function take(
  { host, memory, tell }: Pick<Operation, "host" | "memory" | "tell">,
  inputs: SnapshotInputs,
  facts: CreateFacts,
  request: CreateRequest,
): Promise<void> {
  const { uuid } = facts.domain;
  const change: Change = {
    domainUuid: uuid,
    tried: takePhrase(facts.domain, request.name),
    confirm: (now, waited) => confirmCreate(now, waited, inputs, facts),
    ask: () => host.createSnapshot(uuid, request),
    wasDone: async (later) => (await later.listSnapshots(uuid)).includes(request.name),
  };
  const files = writtenFiles(facts.definition, inputs).map(({ file }) => file);
  try {
    await memory.files.inTurns(files, () => act(host, change, tell));
  } catch (error) {
    if (!isVirshError(error) || error.begun === false || facts.definition.id === undefined) throw error;
    throw await restored(host, facts, request, error);
  }
}

/** The error, after the domain was brought back into the state that it had. Where that fails, the error says so. */
async function restored(
  host: Host,
  { domain, state }: CreateFacts,
  { quiesce }: CreateRequest,
  error: VirshError,
): Promise<VirshError> {
  const later = host.afterwards();
  try {
    if (quiesce === true) await later.thawDomain(domain.uuid);
    if (state === "paused" || (await later.domainState(domain.uuid)) !== "paused") return error;
    await later.resumeDomain(domain.uuid);
    return error.adding("The failed attempt left the domain paused; it runs again.");
  } catch (failure) {
    if (!isVirshError(failure)) throw failure;
    return error.adding(`Look at the domain now: ${failure.message}`);
  }
}

/** What the user has to know of a create that was interrupted and is not known to be done. */
export function explainInterrupted(
  { cause, outcome }: Interrupted,
  domain: DomainRef,
  inputs: SnapshotInputs,
): Error {
  const name = quote(inputs.name);
  switch (outcome.is) {
    case "not done": {
      const limit = cause.kind === "Timeout" ? "timeoutSeconds sets the limit." : undefined;
      return cause.with({ next: `The host is done, and took no snapshot ${name}.` }).adding(limit);
    }
    case "not known":
      return cause.with({
        next:
          `It is not known whether the snapshot was taken: look with virsh snapshot-list ${domain.name}, ` +
          `and delete ${name} if it is there before the next update.`,
      });
    case "still running":
      return new IncompleteError(
        partialState(domain, inputs),
        `${cause.message} ${domain.name} is still busy with it (${outcome.said}). ` +
          "The snapshot is kept in the state; the next update completes it.",
        cause,
      );
  }
}
