import { isVirshError } from "../errors.js";
import { onceIdle } from "../hypervisor/act.js";
import type { Operation } from "../hypervisor/operation.js";
import type { DomainRef, DomainState } from "../hypervisor/results.js";
import { conditionSentences, isLeftPaused, lookAfterwards, unseenSentence } from "./afterwards.js";
import { leaveUnsettled } from "./unsettled.js";

/**
 * After a delete that did not succeed: lets a domain go on that ran and is paused for work that nobody does any more.
 * Returns what it does then, in sentences; none where it does what it did before, unless `always`.
 */
export async function afterFailedDelete(
  operation: Pick<Operation, "host" | "memory">,
  domain: DomainRef,
  was: DomainState,
  always: boolean,
): Promise<string[]> {
  const { host } = operation;
  const { uuid } = domain;
  try {
    const seen = await onceIdle(host, uuid, (later) => lookAfterwards(later, uuid));
    if (!("found" in seen)) return [unseen(seen.said)];
    const resumes = was === "running" && isLeftPaused(seen.found);
    if (resumes) await host.afterwards().resumeDomain(uuid);
    const after = resumes ? await lookAfterwards(host.afterwards(), uuid) : seen.found;
    if (after.state !== was) leaveUnsettled(operation, uuid, { was, froze: false });
    const tells = always || after.state !== was || after.jobs.length > 0;
    return [
      ...(resumes ? ["The attempt left the domain paused; it was resumed."] : []),
      ...(tells ? conditionSentences(domain, after) : []),
    ];
  } catch (error) {
    if (!isVirshError(error)) throw error;
    // The domain is gone, and what is said of the snapshot says so.
    return error.kind === "NotFound" ? [] : [unseen(error.said)];
  }

  function unseen(why: string): string {
    leaveUnsettled(operation, uuid, { was, froze: false });
    return unseenSentence(domain, why);
  }
}

/** After a revert, which stops the domain: what it does now, in sentences. */
export async function afterFailedRevert(
  operation: Pick<Operation, "host" | "memory">,
  domain: DomainRef,
  wasActive: boolean,
): Promise<string[]> {
  const { host } = operation;
  const { uuid } = domain;
  const doubt = { was: wasActive ? "running" : "shut off", froze: false } as const;
  try {
    const seen = await onceIdle(host, uuid, (later) => lookAfterwards(later, uuid));
    if ("found" in seen) {
      const { state, reason } = seen.found;
      const isPausedByPerson = state === "paused" && reason === "user";
      if (wasActive ? state !== "running" && !isPausedByPerson : state !== "shut off")
        leaveUnsettled(operation, uuid, doubt);
      return conditionSentences(domain, seen.found);
    }
    leaveUnsettled(operation, uuid, doubt);
    return [unseenSentence(domain, seen.said)];
  } catch (error) {
    if (!isVirshError(error)) throw error;
    leaveUnsettled(operation, uuid, doubt);
    return [unseenSentence(domain, error.said)];
  }
}
