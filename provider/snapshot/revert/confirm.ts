import { quote } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import { expectUnchanged, power } from "../changed.js";
import { readTarget } from "../identity.js";
import type { Revert } from "../plan.js";
import { expectSameDomain } from "../same-domain.js";
import { decideLosses, refuseRevert, type RevertDecision } from "./decide.js";
import { lookBeforeRevert, revertPhrase, type RevertFacts } from "./look.js";

/** What a revert changes, as it is right before it. */
export interface Before {
  /** The name of the current snapshot. */
  current: string | undefined;
  /** The domain's numeric ID while it is active: every start gives it a new one. */
  id: number | undefined;
}

/**
 * Right before libvirt reverts a domain: the snapshot is still the one that is meant, and the revert loses what was said
 * and nothing else. `facts.current` is the safety snapshot where one was taken. Where someone came between, everything
 * is looked at again.
 */
export async function confirmRevert(
  host: QueryHost,
  waited: boolean,
  step: Revert,
  facts: RevertFacts,
  decision: RevertDecision,
): Promise<Before> {
  const tried = revertPhrase(step);
  const { domainUuid } = step.target;
  const [{ snapshot }, now, saves, current] = await Promise.all([
    // The image was read a moment ago, or is read again below.
    readTarget(host, { ...step.target, capturedDisks: undefined }, tried),
    host.domainXml(domainUuid),
    host.listManagedSaves(),
    host.currentSnapshot(domainUuid),
    expectSameDomain(host, { uuid: domainUuid }, step.domain, tried),
  ]);
  const managedSave = saves.includes(domainUuid);
  const isMoved = waited || current !== facts.current;
  const again = isMoved
    ? await lookBeforeRevert(host, step)
    : { ...facts, snapshot, now, managedSave, current };
  const refusal = refuseRevert(step, again);
  if (refusal !== undefined) throw refusal.with({ begun: false });
  expectUnchanged(tried, [
    { what: `domain ${step.domainName}`, was: power(facts.now), is: power(again.now) },
    {
      what: "what is lost beyond disks and memory",
      was: listed(decision.losses),
      is: listed(decideLosses(again, decision.safety)),
    },
    // A safety snapshot that is not current any more does not hold what the domain has written since.
    ...(decision.safety === undefined
      ? []
      : [{ what: "the current snapshot", was: name(facts.current), is: name(again.current) }]),
  ]);
  return { current: again.current, id: again.now.id };
}

function listed(losses: readonly string[]): string {
  return losses.length === 0 ? "nothing" : quote(losses.join("; "));
}

function name(snapshot: string | undefined): string {
  return snapshot === undefined ? "none" : quote(snapshot);
}
