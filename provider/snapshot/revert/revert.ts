import { isVirshError, quote, VirshError } from "../../errors.js";
import { whenFree, type Tell } from "../../hypervisor/wait-until-free.js";
import type { Host, RevertRequest } from "../../hypervisor/host.js";
import { IncompleteError } from "../incomplete.js";
import type { Revert } from "../plan.js";
import { revertLine } from "../preview/change-lines.js";
import { planReversal, type Reversal } from "./decide.js";
import { pruneSafety, SafetyIncomplete, takeSafety, tellStrays, type SafetyPlan } from "./safety.js";
import type { LastRevert, SafetySnapshot, SnapshotState } from "../state.js";
import { revertPhrase, survey, type Situation } from "./look.js";
import { mayStillRun, watch, withTimeLeft } from "../../hypervisor/watch.js";

const AGAIN = "The old triggers are kept, so the next pulumi up tries the revert again.";

/** Snapshots that this process has reverted a domain to, by host and domain. */
const reverted = new Map<string, string>();

/** What a revert leaves to be remembered. */
export interface Reverted {
  lastRevert: LastRevert;
  safetySnapshots?: SafetySnapshot[];
}

/** Carries out a planned revert. The caller holds the domain's turn. */
export async function revert(
  host: Host,
  state: SnapshotState,
  step: Revert,
  { now, tell }: { now: () => Date; tell: Tell },
): Promise<Reverted> {
  refuseSecond(host, step);
  const situation = await survey(host, step);
  const reversal = planReversal(step, situation, now());
  if (reversal.refusal !== undefined) throw reversal.refusal;
  tell(revertLine(step, reversal).text);
  if (reversal.safety !== undefined) await tellStrays(host, state, tell);
  const safety = reversal.safety && (await takeFirst(host, state, step, reversal.safety, situation, tell));
  reverted.set(turnOf(host, step.target.domainUuid), step.target.name);
  try {
    const before = { current: safety?.name ?? situation.current, id: situation.now.id };
    await goBack(host, step, reversal, before, tell);
  } catch (error) {
    if (safety === undefined || !(error instanceof Error)) throw error;
    throw withSafety(state, safety, error);
  }
  const lastRevert = { at: now().toISOString(), triggers: step.triggers };
  if (safety === undefined) return { lastRevert };
  const kept = await pruneSafety(withTimeLeft(host), state, reversal.safety?.prune ?? [], tell);
  return { lastRevert: { ...lastRevert, safetySnapshot: safety.name }, safetySnapshots: [...kept, safety] };
}

async function takeFirst(
  host: Host,
  state: SnapshotState,
  step: Revert,
  plan: SafetyPlan,
  situation: Situation,
  tell: Tell,
): Promise<SafetySnapshot> {
  try {
    return await takeSafety(host, step, plan, situation, tell);
  } catch (error) {
    if (error instanceof SafetyIncomplete) throw withSafety(state, error.safety, error);
    throw error;
  }
}

/** The failure, with the safety snapshot in the state: it is ours to delete one day, and would be nobody's otherwise. */
function withSafety(state: SnapshotState, safety: SafetySnapshot, error: Error): IncompleteError {
  const safetySnapshots = [...(state.safetySnapshots ?? []), safety];
  const message = `${error.message} The state before is in snapshot ${quote(safety.name)}.`;
  return new IncompleteError({ ...state, safetySnapshots }, message, error);
}

async function goBack(
  host: Host,
  step: Revert,
  { request, stopAfterwards, dropManagedSave }: Reversal,
  before: Traces,
  tell: Tell,
): Promise<void> {
  const { domainUuid } = step.target;
  try {
    await haveReverted(host, step, request, before, tell);
    const later = withTimeLeft(host);
    if (dropManagedSave) await later.removeManagedSave(domainUuid);
    if (stopAfterwards && (await later.domainState(domainUuid)) !== "shut off")
      await later.destroyDomain(domainUuid);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const next = [error.next, error.begun === false ? AGAIN : await whatNow(host, step)];
    throw error.with({
      tried: revertPhrase(step),
      next: next.filter((part) => part !== undefined).join(" "),
    });
  }
}

/** Returns once it is done, also where that is only seen after the time limit. */
async function haveReverted(
  host: Host,
  step: Revert,
  request: RevertRequest,
  before: Traces,
  tell: Tell,
): Promise<void> {
  const { domainUuid, name } = step.target;
  const waiting = { domainUuid, isOff: before.id === undefined, tried: revertPhrase(step) };
  try {
    await whenFree(host, waiting, tell, () => host.revertSnapshot(domainUuid, name, request));
  } catch (error) {
    if (!isVirshError(error) || !mayStillRun(error)) throw error;
    const outcome = await watch(host, domainUuid, (later) => lookAfterRevert(later, domainUuid));
    if (!outcome.ended || !wasDone(name, before, outcome.found)) throw error;
    tell(
      `Here ${error.said}, but the host has finished it: ${step.domainName} is back at snapshot ${quote(name)}.`,
    );
  }
}

/** What a revert changes. */
interface Traces {
  current: string | undefined;
  id: number | undefined;
}

async function lookAfterRevert(host: Host, domainUuid: string): Promise<Traces> {
  const [current, { id }] = await Promise.all([host.currentSnapshot(domainUuid), host.domainXml(domainUuid)]);
  return { current, id };
}

/** libvirt makes the snapshot current at the very end; where it was so before, a QEMU started anew is the proof. */
function wasDone(name: string, before: Traces, after: Traces): boolean {
  if (after.current !== name) return false;
  return before.current !== name || (after.id !== undefined && after.id !== before.id);
}

/** One domain cannot go back to two moments: the second revert of a run would undo the first unseen. */
function refuseSecond(host: Host, step: Revert): void {
  const { domainUuid, name } = step.target;
  const first = reverted.get(turnOf(host, domainUuid));
  if (first === undefined) return;
  throw new VirshError({
    kind: "Conflict",
    tried: revertPhrase(step),
    said: `this run has reverted the domain to snapshot ${quote(first)} already`,
    next: `Change the revert.triggers of one snapshot a domain and run. The triggers of ${quote(name)} are kept as they were, so the next pulumi up would revert to it.`,
  });
}

function turnOf(host: Host, domainUuid: string): string {
  return `${host.shownUri ?? ""} ${domainUuid}`;
}

/** A revert that failed may have stopped the domain: its owner has to know, in the same breath. */
async function whatNow(host: Host, { target, domainName }: Revert): Promise<string> {
  const { domainUuid } = target;
  const outcome = await watch(host, domainUuid, (later) => later.domainState(domainUuid));
  if (!outcome.ended) return `What ${domainName} does now could not be seen (${outcome.said}). ${AGAIN}`;
  const start = outcome.found === "shut off" ? ` To start it as it is: virsh start ${domainUuid}.` : "";
  return `${domainName} is ${quote(outcome.found)} now.${start} ${AGAIN}`;
}
