import { missingAgent, type Refusal } from "../../capabilities/snapshot-rules.js";
import { quote, VirshError } from "../../errors.js";
import type { CreateRequest } from "../../hypervisor/host.js";
import { warning, type Notice } from "../../hypervisor/notice.js";
import type { DomainRef, SnapshotDocument } from "../../hypervisor/results.js";
import { isKnown } from "../../schema/unknown.js";
import type { SnapshotInputs } from "../inputs.js";
import { differences } from "./differences.js";
import type { CreateFacts } from "./look.js";
import { nameTaken, unmetPrecondition } from "./preconditions.js";

/** What a create will do. A preview prints it, an update carries it out. */
export type CreateDecision = Take | Adopt | Refuse;

export interface Take {
  do: "take";
  request: CreateRequest;
  notices: Notice[];
}

export interface Adopt {
  do: "adopt";
  existing: SnapshotDocument;
  /** Whether the description differs from the declared one, which replaces it. */
  redescribes: boolean;
  notices: Notice[];
}

export interface Refuse {
  do: "refuse";
  verb: "take" | "adopt";
  kind: "Conflict" | "Unsupported";
  said: string;
  next: string;
}

export function decideCreate(inputs: SnapshotInputs, facts: CreateFacts): CreateDecision {
  const { existing } = facts;
  return existing === undefined ? decideTake(inputs, facts) : decideAdopt(inputs, facts, existing);
}

/** Without `adopt`: the safety snapshot before a revert is never one that exists. */
export function decideTake(inputs: SnapshotInputs, facts: CreateFacts): Take | Refuse {
  const refusal =
    facts.existing === undefined ? unmetPrecondition(inputs, facts) : nameTaken({ ...inputs, adopt: false });
  if (refusal !== undefined) return refuse(refusal);
  const { quiesce, notices } = decideQuiesce(inputs, facts);
  return { do: "take", request: { ...toRequest(inputs), quiesce }, notices };
}

function decideAdopt(inputs: SnapshotInputs, facts: CreateFacts, existing: SnapshotDocument): CreateDecision {
  const taken = nameTaken(inputs);
  if (taken !== undefined) return refuse(taken);
  const clauses = differences(existing.snapshot, inputs, facts.definition);
  if (clauses.length > 0) return notAsDeclared(clauses);
  const there = existing.snapshot.description ?? "";
  const { description = "" } = inputs;
  const redescribes = there !== description;
  const isLost = redescribes && there !== "";
  return {
    do: "adopt",
    existing,
    redescribes,
    notices: isLost ? [descriptionLine(facts.domain, inputs, there)] : [],
  };
}

/** The declaration wins, also where it is silent: a later update would remove the description as well. */
function descriptionLine(
  domain: DomainRef,
  { name, description = "" }: SnapshotInputs,
  there: string,
): Notice {
  const fate = !isKnown(description)
    ? "is replaced by one that is not known yet"
    : description === ""
      ? "is removed, because none is declared. To keep it, declare it"
      : `becomes ${quote(description)}`;
  return warning(
    `Adopting snapshot ${quote(name)} of ${domain.name} changes it: its description, ${quote(there)}, ${fate}.`,
  );
}

function refuse({ conflict, property, reason, remedy }: Refusal): Refuse {
  const kind = conflict === true ? "Conflict" : "Unsupported";
  return { do: "refuse", verb: "take", kind, said: `${property}: ${reason}`, next: remedy };
}

function notAsDeclared(clauses: readonly string[]): Refuse {
  return {
    do: "refuse",
    verb: "adopt",
    kind: "Conflict",
    said: `it is not what is declared: ${clauses.join("; ")}`,
    next: "Declare it as it is, or choose another name.",
  };
}

/** `required` without an agent was refused before; `preferred` goes on without, and says so. */
function decideQuiesce(
  { name, quiesce = "none" }: SnapshotInputs,
  { domain, definition }: CreateFacts,
): { quiesce: boolean; notices: Notice[] } {
  if (quiesce === "none" || definition.id === undefined) return { quiesce: false, notices: [] };
  const missing = missingAgent(definition);
  if (missing === undefined) return { quiesce: true, notices: [] };
  const line = warning(
    `Snapshot ${quote(name)} of ${domain.name} is taken without freezing its file systems (quiesce is "preferred"): ` +
      `${missing.reason}. ${missing.remedy}`,
  );
  return { quiesce: false, notices: [line] };
}

function toRequest(inputs: SnapshotInputs): CreateRequest {
  const { name, description, diskOnly, memory, disks, atomic, live, halt, reuseExternal, validate } = inputs;
  return { name, description, diskOnly, memory, disks, atomic, live, halt, reuseExternal, validate };
}

export function takePhrase(domain: DomainRef, name: string): string {
  return `take snapshot ${quote(name)} of ${domain.name}`;
}

export function refusalError(
  domain: DomainRef,
  name: string,
  { verb, kind, said, next }: Refuse,
): VirshError {
  const tried = `${verb} snapshot ${quote(name)} of ${domain.name}`;
  return new VirshError({ kind, tried, said, unchanged: true, next });
}
