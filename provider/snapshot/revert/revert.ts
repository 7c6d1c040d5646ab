import { quote, VirshError } from "../../errors.js";
import { withTimeLeft } from "../../hypervisor/act.js";
import type { Host } from "../../hypervisor/host.js";
import type { Operation } from "../../hypervisor/operation.js";
import { IncompleteError } from "../incomplete.js";
import type { LastRevert, SafetySnapshot } from "../outputs.js";
import type { Revert } from "../plan.js";
import { tellStrays } from "../safety-snapshots.js";
import type { SnapshotState } from "../state.js";
import { goBack } from "./act.js";
import { learnTaken, stampsLeft } from "./attempts.js";
import { decideRevert } from "./decide.js";
import { revertLine } from "./lines.js";
import { lookBeforeRevert, revertPhrase, withoutValues } from "./look.js";
import { pruneSafety, SafetyIncomplete, takeSafety, type SafetyDecision } from "./safety.js";

/** What the state remembers of a revert. */
export interface Reverted {
  lastRevert: LastRevert;
  safetySnapshots?: SafetySnapshot[];
}

/**
 * Carries out a planned revert. The caller holds the domain's turn, and proves the revert by reading the snapshot back.
 */
export async function revert(
  operation: Operation,
  before: SnapshotState,
  planned: Revert,
): Promise<Reverted> {
  const { host, memory, now, tell } = operation;
  refuseSecond(operation, planned);
  const taken = await learnTaken(host, planned.target.domainUuid, planned.taken);
  const step = { ...planned, taken };
  const state = { ...before, safetySnapshots: taken };
  const found = await lookBeforeRevert(host, step);
  const facts = memory.secretDefinitions.has(step.domain) ? withoutValues(found) : found;
  const decision = decideRevert(step, facts, now());
  if (decision.refusal !== undefined) throw decision.refusal;
  tell(revertLine(step, decision));
  const safety = decision.safety && (await takeFirst(operation, state, step, decision.safety));
  memory.reverted.set(turnOf(host, step.target.domainUuid), step.target.name);
  try {
    await goBack(operation, step, decision, { ...facts, current: safety?.name ?? facts.current });
  } catch (error) {
    if (safety === undefined || !(error instanceof Error)) throw error;
    const stamps = await stampsLeft(host.afterwards(), step.target.domainUuid);
    throw withSafety(state, { ...safety, pending: stamps }, error, "The previous state is in");
  }
  const lastRevert = { at: now().toISOString(), triggers: step.triggers };
  if (safety === undefined)
    return { lastRevert, ...(taken.length === 0 ? {} : { safetySnapshots: taken.map(settled) }) };
  const kept = await pruneSafety(
    { ...operation, host: withTimeLeft(host) },
    withoutOne(state, safety.name),
    decision.safety?.prune ?? [],
  );
  return {
    lastRevert: { ...lastRevert, safetySnapshot: safety.name },
    safetySnapshots: [...kept, safety].map(settled),
  };
}

/** Now that a revert has succeeded, a later one may prune it. */
function settled({ pending: _until, ...safety }: SafetySnapshot): SafetySnapshot {
  return safety;
}

async function takeFirst(
  operation: Operation,
  state: SnapshotState,
  step: Revert,
  decision: SafetyDecision,
): Promise<SafetySnapshot> {
  await tellStrays(operation.host, state, operation.tell);
  try {
    return await takeSafety(operation, step, decision);
  } catch (error) {
    if (!(error instanceof SafetyIncomplete)) throw error;
    throw withSafety(
      state,
      { ...error.safety, pending: [] },
      error,
      "It is not known yet whether the current state is in",
    );
  }
}

/** The failure, with the safety snapshot in the state: otherwise nobody would delete it one day. */
function withSafety(
  state: SnapshotState,
  safety: SafetySnapshot,
  error: Error,
  whatIsIn: string,
): IncompleteError {
  const { safetySnapshots = [] } = withoutOne(state, safety.name);
  const message = `${error.message} ${whatIsIn} snapshot ${quote(safety.name)}.`;
  return new IncompleteError({ ...state, safetySnapshots: [...safetySnapshots, safety] }, message, error);
}

function withoutOne(state: SnapshotState, name: string): SnapshotState {
  const { safetySnapshots = [] } = state;
  return { ...state, safetySnapshots: safetySnapshots.filter((safety) => safety.name !== name) };
}

/** A domain cannot go back to two moments: the second revert of a run would undo the first unseen. */
function refuseSecond({ host, memory }: Operation, step: Revert): void {
  const { domainUuid, name } = step.target;
  const first = memory.reverted.get(turnOf(host, domainUuid));
  if (first === undefined) return;
  throw new VirshError({
    kind: "Conflict",
    tried: revertPhrase(step),
    said: `this run has already reverted the domain to snapshot ${quote(first)}`,
    next:
      "Change the revert.triggers of only one snapshot per domain and run. " +
      `The triggers of ${quote(name)} are kept as they were, so the next update would revert to it.`,
  });
}

function turnOf(host: Host, domainUuid: string): string {
  return `${host.shownUri ?? ""} ${domainUuid}`;
}
