import { isVirshError, VirshError } from "../errors.js";
import type { Operation, Unsettled } from "../hypervisor/operation.js";
import type { Host } from "../hypervisor/host.js";
import type { DomainRef } from "../hypervisor/results.js";
import { untilFree } from "../hypervisor/wait-until-free.js";
import { areFrozen } from "./frozen.js";

/**
 * Domains that an operation of this run has left in a state of which it is not sure, or which is not the one that it
 * found. The next operation on such a domain would take a snapshot of that state, or hide it.
 */

/** Remembers that an operation left the domain in doubt. */
export function leaveUnsettled(
  { host, memory }: Pick<Operation, "host" | "memory">,
  uuid: string,
  doubt: Unsettled,
): void {
  memory.unsettled.set(placeOf(host, uuid), doubt);
}

/** Refuses an operation on a domain that an earlier one of this run left in doubt, unless it is again as it was. */
export async function expectSettled(
  { host, memory, tell }: Pick<Operation, "host" | "memory" | "tell">,
  { uuid, name }: DomainRef,
  tried: string,
): Promise<void> {
  const doubt = memory.unsettled.get(placeOf(host, uuid));
  if (doubt === undefined) return;
  await untilFree(host, { domainUuid: uuid, tried }, tell);
  const found = await stateUnlessGone(host, uuid);
  const frozen = doubt.froze && found === "running" && (await areFrozen(host, uuid)) !== false;
  if (!frozen && (found === doubt.was || found === undefined)) {
    memory.unsettled.delete(placeOf(host, uuid));
    return;
  }
  const now = frozen ? "may have frozen file systems" : `is ${found}`;
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `${name} ${now}, after an operation of this run that failed: it was ${doubt.was} before`,
    unchanged: true,
    next: "See the message of that operation. Once the domain does what it should, run this again.",
    begun: false,
  });
}

async function stateUnlessGone(host: Host, uuid: string): Promise<Unsettled["was"] | undefined> {
  try {
    return await host.domainState(uuid);
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
    return undefined;
  }
}

function placeOf(host: Host, uuid: string): string {
  return `${host.shownUri ?? ""} ${uuid}`;
}
