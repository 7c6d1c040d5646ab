import { missingAgent } from "../../capabilities/snapshot-rules.js";
import { isVirshError, quote, VirshError } from "../../errors.js";
import type { DomainXml } from "../../xml/domain.js";
import { whenFree, type Tell } from "../../hypervisor/wait-until-free.js";
import type { DomainRef, Host } from "../../hypervisor/host.js";
import type { SnapshotInputs } from "../inputs.js";
import { obstacle } from "./preconditions.js";
import { toRequest } from "./request.js";
import { mayStillRun } from "../../hypervisor/watch.js";

/**
 * Has libvirt take the snapshot, once nothing is known to stand in its way. Tells whether the guest's file systems were
 * frozen for it. A domain that ran goes on running when it fails.
 */
export async function take(
  host: Host,
  domain: DomainRef,
  definition: DomainXml,
  inputs: SnapshotInputs,
  tell: Tell,
): Promise<{ quiesced: boolean }> {
  const tried = takePhrase(domain, inputs.name);
  const isOff = definition.id === undefined;
  const [found, before] = await Promise.all([
    obstacle(host, definition, inputs),
    isOff ? undefined : host.domainState(domain.uuid),
  ]);
  if (found !== undefined) {
    throw new VirshError({
      kind: found.conflict === true ? "Conflict" : "Unsupported",
      tried,
      said: `${found.property}: ${found.reason}`,
      next: `Nothing was changed. ${found.remedy}`,
    });
  }
  const quiesced = willQuiesce(domain, definition, inputs, tell);
  try {
    await whenFree(host, { domainUuid: domain.uuid, isOff, tried }, tell, () =>
      host.createSnapshot(domain.uuid, { ...toRequest(inputs), quiesce: quiesced }),
    );
    return { quiesced };
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const named = error.with({ tried });
    if (error.begun === false || mayStillRun(error)) throw named;
    throw await leaveAsItWas(host, definition, named, { quiesced, paused: before === "paused" });
  }
}

export function takePhrase(domain: DomainRef, name: string): string {
  return `take snapshot ${quote(name)} of ${domain.name}`;
}

/** `required` without an agent was refused before; `preferred` goes on and says so. */
function willQuiesce(
  domain: DomainRef,
  definition: DomainXml,
  { name, quiesce = "none" }: SnapshotInputs,
  tell: Tell,
): boolean {
  if (quiesce === "none") return false;
  if (definition.id === undefined) return false;
  const missing = missingAgent(definition);
  if (missing === undefined) return true;
  tell(
    `Snapshot ${quote(name)} of ${domain.name} is taken without freezing its file systems (quiesce is "preferred"): ` +
      `${missing.reason}. ${missing.remedy}`,
  );
  return false;
}

/** What a failed attempt left paused or frozen runs on; where that fails the reader has to know. */
async function leaveAsItWas(
  host: Host,
  { id, uuid }: DomainXml,
  error: VirshError,
  { quiesced, paused }: { quiesced: boolean; paused: boolean },
): Promise<VirshError> {
  if (id === undefined) return error;
  const later = host.afterwards();
  try {
    if (quiesced) await later.thawDomain(uuid);
    if (paused || (await later.domainState(uuid)) !== "paused") return error;
    await later.resumeDomain(uuid);
    return error.with({
      next: `${error.next ?? ""} The failed attempt had left the domain paused; it runs again.`.trim(),
    });
  } catch (failure) {
    if (!isVirshError(failure)) throw failure;
    return error.with({ next: `${error.next ?? ""} Look at the domain now: ${failure.message}`.trim() });
  }
}
