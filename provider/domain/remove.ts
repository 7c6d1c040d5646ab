import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { named } from "./named.js";
import { stop, type Tell } from "./power.js";

/** Shuts a domain down and undefines it. Whoever else has snapshots of it keeps them, and the domain with them. */
export async function remove(
  host: DomainHost,
  { name, uuid }: DomainRef,
  shutdownTimeoutSeconds: number,
  tell: Tell,
): Promise<void> {
  const domains = await host.listDomains();
  const domain = domains.find((known) => known.uuid === uuid);
  if (domain === undefined) {
    const other = domains.find((known) => known.name === name);
    if (other !== undefined)
      tell(`${name} is another domain by now, ${other.uuid} in place of ${uuid}: it is left as it is.`);
    return;
  }
  try {
    await refuseDependants(host, domain);
    await stop(host, domain, shutdownTimeoutSeconds, tell);
    await named(`undefine domain ${quote(domain.name)}`, () => host.undefineDomain(uuid, { nvram: true }));
  } catch (error) {
    // Gone meanwhile, which the host has proven.
    if (!isVirshError(error, "NotFound")) throw error;
  }
}

const SHOWN = 10;

/** Before anything is stopped: libvirt would refuse only once the domain is off. */
async function refuseDependants(host: DomainHost, { name, uuid }: DomainRef): Promise<void> {
  const snapshots = await host.listSnapshots(uuid);
  const checkpoints = await host.listCheckpoints(uuid);
  const held = [...described("snapshot", snapshots), ...described("checkpoint", checkpoints)];
  if (held.length === 0) return;
  throw new VirshError({
    kind: "Conflict",
    tried: `undefine domain ${quote(name)}`,
    said: `it has ${held.join(" and ")}, which this program does not declare or did not delete first`,
    next:
      "Nothing was changed. Delete them first, if they may go (virsh snapshot-delete, virsh checkpoint-delete). " +
      "A Snapshot that is given domain: vm.name is deleted before its domain.",
  });
}

function described(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, SHOWN).map(quote).join(", ");
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return [`the ${what}${names.length === 1 ? "" : "s"} ${shown}${more}`];
}
