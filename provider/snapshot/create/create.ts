import { Interrupted } from "../../hypervisor/act.js";
import type { Operation } from "../../hypervisor/operation.js";
import { resolveDomain } from "../../hypervisor/resolve-domain.js";
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
    const domain = await resolveDomain(host, inputs.domain);
    return memory.queue.inTurn(domain.uuid, () => createInTurn(operation, domain, inputs));
  });
}

async function createInTurn(
  operation: Operation,
  domain: DomainRef,
  inputs: SnapshotInputs,
): Promise<SnapshotState> {
  const facts = await lookOnceSettled(operation, domain, inputs);
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
  const facts = await lookBeforeCreate(host, domain, inputs);
  if (facts.existing === undefined) return facts;
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
