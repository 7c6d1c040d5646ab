import { isVirshError, quote, sentences } from "../../errors.js";
import { act, Interrupted, withTimeLeft, type Change } from "../../hypervisor/act.js";
import { info } from "../../hypervisor/notice.js";
import type { Operation } from "../../hypervisor/operation.js";
import type { DomainRef } from "../../hypervisor/results.js";
import { afterFailedRevert } from "../after-failure.js";
import { conditionSentences, lookAfterwards } from "../afterwards.js";
import type { Revert } from "../plan.js";
import { confirmRevert, type Before } from "./confirm.js";
import type { RevertDecision } from "./decide.js";
import { revertPhrase, type RevertFacts } from "./look.js";
import { expectSettled } from "../unsettled.js";

const AGAIN = "The old triggers are kept, so the next update tries the revert again.";

/** Has libvirt revert the domain, and brings it into the state that is asked for. */
export async function goBack(
  operation: Operation,
  step: Revert,
  decision: RevertDecision,
  facts: RevertFacts,
): Promise<void> {
  const { host } = operation;
  const { domainUuid } = step.target;
  let reverted = false;
  await expectSettled(operation, domainOf(step), revertPhrase(step));
  try {
    await revertDomain(operation, step, decision, facts);
    reverted = true;
    const later = withTimeLeft(host);
    if (decision.dropManagedSave) await later.removeManagedSave(domainUuid);
    if (decision.stopAfterwards && (await later.domainState(domainUuid)) !== "shut off")
      await later.destroyDomain(domainUuid);
  } catch (thrown) {
    const error = thrown instanceof Interrupted ? thrown.cause : thrown;
    if (!isVirshError(error)) throw error;
    const named = error.with({ tried: revertPhrase(step), unchanged: error.unchanged && !reverted });
    if (error.begun === false) throw named.adding(AGAIN);
    // A revert that failed may have stopped the domain.
    const said = await afterFailedRevert(operation, domainOf(step), facts.now.id !== undefined);
    throw named.adding(...said, AGAIN);
  }
}

async function revertDomain(
  operation: Operation,
  step: Revert,
  decision: RevertDecision,
  facts: RevertFacts,
): Promise<void> {
  const { host, tell } = operation;
  const { domainUuid, name } = step.target;
  let before: Before = { current: facts.current, id: facts.now.id };
  const change: Change = {
    domainUuid,
    tried: revertPhrase(step),
    confirm: async (now, waited) => {
      before = await confirmRevert(now, waited, step, facts, decision);
    },
    ask: () => host.revertSnapshot(domainUuid, name, decision.request),
    wasDone: async (later) => {
      const [current, { id }] = await Promise.all([
        later.currentSnapshot(domainUuid),
        later.domainXml(domainUuid),
      ]);
      return isReverted(name, before, { current, id });
    },
  };
  const interruption = await act(host, change, tell);
  if (interruption === undefined) return;
  const back = `${step.domainName} is back at snapshot ${quote(name)}`;
  const finished = `The call was interrupted (${interruption.said}), but the host has finished: ${back}.`;
  tell(info(sentences(finished, ...(await unlessAsAsked(operation, step, decision, facts)))));
}

/** A daemon that died may have left the domain paused. The revert is done: if this cannot be seen, nothing is said. */
async function unlessAsAsked(
  { host }: Operation,
  step: Revert,
  { request }: RevertDecision,
  { snapshot }: RevertFacts,
): Promise<string[]> {
  const runs = request.running === true || (snapshot.state === "running" && request.paused !== true);
  try {
    const now = await lookAfterwards(host.afterwards(), step.target.domainUuid);
    return runs && now.state !== "running" ? conditionSentences(domainOf(step), now) : [];
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return [];
  }
}

function domainOf({ target, domainName }: Revert): DomainRef {
  return { uuid: target.domainUuid, name: domainName };
}

/** libvirt makes the snapshot current at the very end. Where it was current before, a new QEMU is the proof. */
function isReverted(name: string, before: Before, after: Before): boolean {
  if (after.current !== name) return false;
  return before.current !== name || (after.id !== undefined && after.id !== before.id);
}
