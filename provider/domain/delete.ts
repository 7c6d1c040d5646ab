import { isVirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { Tell } from "../hypervisor/notice.js";
import { undefine } from "./act.js";
import { decideDelete, type DeleteFacts } from "./decide.js";
import { stop } from "./power.js";

/** Shuts a domain down and undefines it. A domain with snapshots or checkpoints is refused and keeps running. */
export async function deleteDomain(
  host: DomainHost,
  recorded: DomainRef,
  shutdownTimeoutSeconds: number,
  tell: Tell,
): Promise<void> {
  const { domain, notices } = decideDelete(recorded, await look(host, recorded));
  notices.forEach(tell);
  if (domain === undefined) return;
  try {
    await stop(host, domain, shutdownTimeoutSeconds, tell);
    await undefine(host, domain, { nvram: true });
  } catch (error) {
    // The host has proven that someone else deleted it meanwhile.
    if (!isVirshError(error, "NotFound")) throw error;
  }
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
