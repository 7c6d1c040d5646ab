import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { Tell } from "../hypervisor/notice.js";
import { undefine } from "./act.js";
import { decideDelete, type DeleteFacts } from "./decide.js";
import type { RecordedDomain } from "./declaration.js";
import { decideNvram, lookAtNvram } from "./nvram.js";
import { isOff, stop } from "./power.js";

/** Shuts a domain down and undefines it. A domain with snapshots or checkpoints is refused and keeps running. */
export async function deleteDomain(
  host: DomainHost,
  recorded: Pick<RecordedDomain, "name" | "uuid" | "nvram">,
  shutdownTimeoutSeconds: number,
  tell: Tell,
): Promise<void> {
  const { domain, notices } = decideDelete(recorded, await look(host, recorded));
  notices.forEach(tell);
  if (domain === undefined) return;
  try {
    await stop(host, domain, shutdownTimeoutSeconds, tell);
    const domains = await host.listDomains();
    // A domain without a persistent definition is gone once it is off.
    if (!isListed(domains, domain)) return;
    const { deleted, notices } = decideNvram(recorded, await lookAtNvram(host, domain, domains));
    // Someone may have started it meanwhile. libvirt would undefine it all the same, and it would run on.
    await stop(host, domain, shutdownTimeoutSeconds, tell);
    await undefine(host, domain, { nvram: deleted });
    notices.forEach(tell);
  } catch (error) {
    // The host has proven that someone else deleted it meanwhile.
    if (!isVirshError(error, "NotFound")) throw error;
  }
  await prove(host, domain);
}

/** A domain that was started in the moment in which it was undefined runs on, without a persistent definition. */
async function prove(host: DomainHost, domain: DomainRef): Promise<void> {
  const { name, uuid } = domain;
  if (!isListed(await host.listDomains(), domain)) return;
  const state = await host.domainState(uuid);
  const tried = `delete domain ${quote(name)}`;
  if (isOff(state)) {
    throw new VirshError({
      kind: "Conflict",
      tried,
      said: "it was undefined, but someone else defined it again",
      next: `Look at it (virsh dominfo ${uuid}). A delete that runs again undefines it again.`,
    });
  }
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `someone else started it while it was undefined, and it is ${state}`,
    next:
      "Run the delete again to stop it. It has no persistent definition any more, so it is gone once it is off; " +
      `to keep it, define it again first (virsh dumpxml ${uuid}, virsh define).`,
  });
}

function isListed(domains: readonly DomainRef[], { uuid }: DomainRef): boolean {
  return domains.some((known) => known.uuid === uuid);
}

async function look(host: DomainHost, { uuid }: DomainRef): Promise<DeleteFacts> {
  const domains = await host.listDomains();
  const others = domains.filter((known) => known.uuid !== uuid);
  const gone = { domains: others, snapshots: [], checkpoints: [] };
  if (others.length === domains.length) return gone;
  try {
    const [snapshots, checkpoints] = await Promise.all([
      host.listSnapshots(uuid),
      host.listCheckpoints(uuid),
    ]);
    return { domains, snapshots, checkpoints };
  } catch (error) {
    if (isVirshError(error, "NotFound")) return gone;
    throw error;
  }
}
