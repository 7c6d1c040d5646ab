import { isVirshError, quote, VirshError } from "../errors.js";
import type { Host } from "./host.js";
import type { Revert } from "./plan.js";
import { isSame, toRfc3339, type Target } from "./state.js";
import { watch } from "./watch.js";

/** Snapshots that this process has reverted a domain to, by host and domain. */
const reverted = new Map<string, string>();

/** Carries out a planned revert. The caller holds the domain's turn. */
export async function revert(host: Host, { domainName, target }: Revert): Promise<void> {
  const { domainUuid, name } = target;
  const tried = `revert ${domainName} to snapshot ${quote(name)}`;
  refuseSecond(host, domainUuid, name, tried);
  await expectTarget(host, target, tried);
  reverted.set(turnOf(host, domainUuid), name);
  try {
    await host.revertSnapshot(domainUuid, name);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw error.with({ tried, next: await whatNow(host, domainUuid, domainName, error) });
  }
}

/** One domain cannot go back to two moments: the second revert of a run would undo the first unseen. */
function refuseSecond(host: Host, domainUuid: string, name: string, tried: string): void {
  const first = reverted.get(turnOf(host, domainUuid));
  if (first === undefined) return;
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `this run has reverted the domain to snapshot ${quote(first)} already`,
    next: `Change the revert.triggers of one snapshot a domain and run. The triggers of ${quote(name)} are kept as they were, so the next pulumi up would revert to it.`,
  });
}

function turnOf(host: Host, domainUuid: string): string {
  return `${host.shownUri ?? ""} ${domainUuid}`;
}

async function expectTarget(host: Host, target: Target, tried: string): Promise<void> {
  try {
    const { snapshot } = await host.readSnapshot(target.domainUuid, target.name);
    if (isSame(target, snapshot)) return;
    throw new VirshError({
      kind: "NotFound",
      tried,
      said: `the snapshot of that name was taken ${toRfc3339(snapshot.creationTime)}, ours ${target.creationTime ?? "at another time"}: it is another one`,
      next: "Nothing was changed. Run pulumi refresh to see what is left.",
    });
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw error.with({
      tried,
      next: error.next ?? "Nothing was changed. Run pulumi refresh to see what is left.",
    });
  }
}

/** A revert that failed may have stopped the domain: its owner has to know, in the same breath. */
async function whatNow(
  host: Host,
  domainUuid: string,
  domainName: string,
  error: VirshError,
): Promise<string> {
  const outcome = await watch(host, domainUuid, (later) => later.domainState(domainUuid));
  const state = outcome.ended
    ? `${domainName} is ${quote(outcome.found)} now.`
    : `What ${domainName} does now could not be seen (${outcome.said}).`;
  const start =
    outcome.ended && outcome.found === "shut off" ? ` To start it as it is: virsh start ${domainUuid}.` : "";
  const again = "The old triggers are kept, so the next pulumi up tries the revert again.";
  return [error.next, state + start, again].filter((part) => part !== undefined).join(" ");
}
