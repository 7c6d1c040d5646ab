import { isVirshError, quote } from "../../errors.js";
import { act, Interrupted, onceIdle, withTimeLeft, type Change } from "../../hypervisor/act.js";
import type { Host } from "../../hypervisor/host.js";
import { info } from "../../hypervisor/notice.js";
import type { Operation } from "../../hypervisor/operation.js";
import type { Revert } from "../plan.js";
import { confirmRevert, type Before } from "./confirm.js";
import type { RevertDecision } from "./decide.js";
import { revertPhrase, type RevertFacts } from "./look.js";

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
    throw error.begun === false ? named.adding(AGAIN) : named.adding(await stateNow(host, step), AGAIN);
  }
}

async function revertDomain(
  { host, tell }: Operation,
  step: Revert,
  decision: RevertDecision,
  facts: RevertFacts,
): Promise<void> {
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
  tell(info(`The call was interrupted (${interruption.said}), but the host has finished: ${back}.`));
}

/** libvirt makes the snapshot current at the very end. Where it was current before, a new QEMU is the proof. */
function isReverted(name: string, before: Before, after: Before): boolean {
  if (after.current !== name) return false;
  return before.current !== name || (after.id !== undefined && after.id !== before.id);
}

/** A revert that failed may have stopped the domain, so the error says what the domain does now. */
async function stateNow(host: Host, { target, domainName }: Revert): Promise<string> {
  const { domainUuid } = target;
  const settled = await onceIdle(host, domainUuid, (later) => later.domainState(domainUuid));
  if (!("found" in settled)) return `The state of ${domainName} could not be read (${settled.said}).`;
  const start = settled.found === "shut off" ? ` To start it as it is: virsh start ${domainUuid}.` : "";
  return `${domainName} is ${quote(settled.found)} now.${start}`;
}
