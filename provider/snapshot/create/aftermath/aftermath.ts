import { Interrupted, mayStillRun, onceIdle } from "../../../hypervisor/act.js";
import { isVirshError, quote, type VirshError } from "../../../errors.js";
import { warning } from "../../../hypervisor/notice.js";
import type { Operation } from "../../../hypervisor/operation.js";
import { conditionSentences, lookAfterwards, unseenSentence } from "../../afterwards.js";
import { areFrozen } from "../../frozen.js";
import { leaveUnsettled } from "../../unsettled.js";
import { repair } from "./act.js";
import { decideRepair } from "./decide.js";
import { lookAtLeft, type Attempt } from "./look.js";

/**
 * After a create that ended in anything but success: brings the domain back to where it was, removes what is provably
 * this create's, and returns the failure with what was done and what is left. A domain of which that cannot be said is
 * remembered: the next operation on it is refused.
 */
export async function afterFailure(
  operation: Operation,
  attempt: Attempt,
  failure: VirshError | Interrupted,
): Promise<VirshError | Interrupted> {
  const { domain, state: was } = attempt.facts;
  if (failure instanceof Interrupted && failure.outcome.is !== "not done") {
    leaveUnsettled(operation, domain.uuid, { was, froze: attempt.quiesce });
    return failure;
  }
  const said = await settle(operation, attempt, isVirshError(failure) && !mayStillRun(failure));
  if (isVirshError(failure)) return failure.adding(...said);
  const { cause } = failure;
  const limit = cause.kind === "Timeout" ? "timeoutSeconds sets the limit." : undefined;
  const done = `The host is done, and took no snapshot ${quote(attempt.inputs.name)}.`;
  return cause.with({ next: done }).adding(limit, ...said);
}

/** After a create that was done in spite of an interruption: a daemon that died may have left the domain paused. */
export async function afterInterruption(operation: Operation, attempt: Attempt): Promise<void> {
  // Then it is to be off.
  if (attempt.inputs.halt === true) return;
  const said = await settle(operation, attempt, false);
  if (said.length > 0) operation.tell(warning(said.join(" ")));
}

async function settle(operation: Operation, attempt: Attempt, answered: boolean): Promise<string[]> {
  const { host, now } = operation;
  const { domain, state: was } = attempt.facts;
  const doubt = { was, froze: attempt.quiesce };
  const said: string[] = [];
  const unseen = (why: string) => {
    leaveUnsettled(operation, domain.uuid, doubt);
    return [unseenSentence(domain, why), ...said];
  };
  try {
    const seen = await onceIdle(host, domain.uuid, (later) => lookAtLeft(later, attempt));
    if (!("found" in seen)) return unseen(seen.said);
    const decision = decideRepair(attempt, seen.found, answered);
    said.push(...(await repair(host.afterwards(), attempt, seen.found, decision, now)));
    const after = await lookAfterwards(host.afterwards(), domain.uuid);
    const asItWas = after.state === was;
    const isThawed = !decision.thaw || (await areFrozen(host.afterwards(), domain.uuid)) === false;
    if (!asItWas || !isThawed || decision.mayBeFrozen) leaveUnsettled(operation, domain.uuid, doubt);
    if (asItWas && after.jobs.length === 0) return said;
    return [...conditionSentences(domain, after), ...said];
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return unseen(error.said);
  }
}
