import { isDeepStrictEqual } from "node:util";
import { Interrupted } from "../../hypervisor/act.js";
import type { Operation } from "../../hypervisor/operation.js";
import { domainCalled, resolveDomain } from "../../hypervisor/resolve-domain.js";
import type { DomainRef } from "../../hypervisor/results.js";
import { untilFree } from "../../hypervisor/wait-until-free.js";
import { editDescription } from "../edit-description.js";
import { achieved, type Evidence } from "../facts.js";
import type { SnapshotInputs } from "../inputs.js";
import { recordedAs } from "../which-host.js";
import { toState, type SnapshotState } from "../state.js";
import { explainInterrupted, take } from "./act.js";
import { decideCreate, refusalError, takePhrase, type CreateDecision } from "./decide.js";
import { lookBeforeCreate, type CreateFacts } from "./look.js";
import { proveCreated } from "./prove.js";

/** Takes the snapshot, or takes over the one of that name (`adopt`). Nothing that exists is overwritten. */
export function create(operation: Operation, inputs: SnapshotInputs): Promise<SnapshotState> {
  const { host, memory } = operation;
  // First by what the program calls the domain, so that the order of the requests is kept; then by its UUID.
  return memory.queue.inTurn(`${host.shownUri ?? ""} ${inputs.domain}`, async () => {
    const likely = domainCalled(inputs.domain, memory.domains.get(host.shownUri) ?? []);
    const created = likely && (await createOnLikely(operation, likely, inputs));
    if (created !== undefined) return created;
    const domain = await resolve(operation, inputs.domain);
    return memory.queue.inTurn(domain.uuid, async () =>
      createInTurn(operation, inputs, await lookBeforeCreate(host, domain, inputs)),
    );
  });
}

async function resolve({ host, memory }: Operation, given: string): Promise<DomainRef> {
  const { shownUri } = host;
  const listDomains = async () => {
    const domains = await host.listDomains();
    memory.domains.set(shownUri, domains);
    return domains;
  };
  return resolveDomain({ shownUri, listDomains }, given);
}

/**
 * Looks at the domain that had that name a moment ago, while the host is asked which one has it now. `undefined` if that
 * is another one.
 */
function createOnLikely(
  operation: Operation,
  likely: DomainRef,
  inputs: SnapshotInputs,
): Promise<SnapshotState | undefined> {
  return operation.memory.queue.inTurn(likely.uuid, async () => {
    const [resolved, looked] = await Promise.allSettled([
      resolve(operation, inputs.domain),
      lookBeforeCreate(operation.host, likely, inputs),
    ]);
    if (resolved.status === "rejected") throw resolved.reason;
    if (!isDeepStrictEqual(resolved.value, likely)) return undefined;
    if (looked.status === "rejected") throw looked.reason;
    return createInTurn(operation, inputs, looked.value);
  });
}

async function createInTurn(
  operation: Operation,
  inputs: SnapshotInputs,
  found: CreateFacts,
): Promise<SnapshotState> {
  const facts = found.existing === undefined ? found : await lookOnceSettled(operation, found.domain, inputs);
  const decision = decideCreate(inputs, facts);
  const seen = await carryOut(operation, inputs, facts, decision);
  return proveCreated(operation.host, facts, inputs, seen);
}

/**
 * A snapshot that is listed may still be under way, begun by an update that was interrupted, and disappear should that
 * fail.
 */
async function lookOnceSettled(
  { host, tell }: Operation,
  domain: DomainRef,
  inputs: SnapshotInputs,
): Promise<CreateFacts> {
  const waiting = { domainUuid: domain.uuid, tried: takePhrase(domain, inputs.name) };
  await untilFree(host, waiting, tell);
  return lookBeforeCreate(host, domain, inputs);
}

async function carryOut(
  operation: Operation,
  inputs: SnapshotInputs,
  facts: CreateFacts,
  decision: CreateDecision,
): Promise<Evidence> {
  const { domain } = facts;
  if (decision.do === "refuse") throw refusalError(domain, inputs.name, decision);
  decision.notices.forEach(operation.tell);
  if (decision.do === "adopt") {
    const { existing, redescribes } = decision;
    const { identity } = facts;
    const kept = { host: recordedAs(identity, inputs.uri), consistency: achieved(existing.snapshot) };
    const found = toState(inputs, domain, existing, undefined, kept);
    if (redescribes) await editDescription(operation, found, inputs);
    return { quiesced: false, suspended: false };
  }
  try {
    await take(operation, inputs, facts, decision.request);
  } catch (error) {
    throw error instanceof Interrupted ? explainInterrupted(error, facts, inputs) : error;
  }
  return { quiesced: decision.request.quiesce === true, suspended: facts.managedSave };
}
