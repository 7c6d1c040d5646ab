import { randomUUID } from "node:crypto";
import { isVirshError, quote, VirshError, type ErrorKind } from "../errors.js";
import type { DomainRef } from "../hypervisor/results.js";
import { readIdentity, withUuid, type DomainIdentity } from "../xml/definition.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { named } from "./named.js";
import { power, type Tell } from "./power.js";
import { digest, type Defined, type Wanted } from "./wanted.js";

/** Defines a domain and brings it into the state that is asked for. One that exists is only taken over if told so. */
export async function create(host: DomainHost, wanted: Wanted, tell: Tell): Promise<Defined> {
  const identity = readIdentity(wanted.xml);
  const existing = takenOver(identity, await host.listDomains(), wanted.adopt);
  // A UUID of our own makes libvirt refuse a domain that came to that name in the meantime.
  const domain = { name: identity.name, uuid: existing?.uuid ?? identity.uuid ?? randomUUID() };
  await named(`define domain ${quote(domain.name)}`, () =>
    host.defineDomain(withUuid(wanted.xml, domain.uuid)),
  );
  try {
    if (wanted.autostart !== undefined) await host.setAutostart(domain.uuid, wanted.autostart);
    await power(host, domain, wanted, tell);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw await undone(host, domain, existing, error);
  }
  return { ...domain, xmlSha256: digest(wanted.xml) };
}

/** The existing domain that is to be taken over, `undefined` if there is none; an error for every other one. */
export function takenOver(
  { name, uuid }: DomainIdentity,
  domains: readonly DomainRef[],
  adopt: boolean,
): DomainRef | undefined {
  const sameName = domains.find((known) => known.name === name);
  const sameUuid = domains.find((known) => known.uuid === uuid);
  const existing = sameName ?? sameUuid;
  if (existing === undefined) return undefined;
  if (sameName !== undefined && (uuid === undefined || uuid === sameName.uuid)) {
    if (adopt) return sameName;
    throw conflict(
      name,
      `the host has a domain of that name already, ${sameName.uuid}`,
      "Give this one another <name>, or take that one over, with this definition, by adopt: true.",
    );
  }
  if (sameName !== undefined) {
    throw conflict(
      name,
      `the host has another domain of that name, ${sameName.uuid}, and the XML says ${uuid ?? "none"}`,
      "Give this one another <name>; to take that one over, remove <uuid> and set adopt: true.",
    );
  }
  throw conflict(
    name,
    `the host knows the UUID ${existing.uuid} as domain ${quote(existing.name)}`,
    "Remove <uuid> from the XML, and this one gets a UUID of its own; or rename that one first (virsh domrename).",
  );
}

function conflict(name: string, said: string, next: string): VirshError {
  const tried = `define domain ${quote(name)}`;
  return new VirshError({ kind: "Conflict", tried, said, next: `Nothing was changed. ${next}` });
}

/** After these the host may still be starting it. */
const MAY_GO_ON: readonly ErrorKind[] = ["Timeout", "Cancelled", "Unreachable"];

/** What could not be finished is not left half done, unless it was there before; the error then tells what is left. */
async function undone(
  host: DomainHost,
  { name, uuid }: DomainRef,
  existing: DomainRef | undefined,
  failed: VirshError,
): Promise<VirshError> {
  if (existing !== undefined) {
    const next = `${failed.next ?? ""} ${name} has the new definition already; the next pulumi up goes on from there.`;
    return failed.with({ next: next.trim() });
  }
  if (MAY_GO_ON.includes(failed.kind)) {
    const next = `${name} is defined, and may be starting: see virsh domstate ${uuid}, then take it over with adopt: true.`;
    return failed.with({ next });
  }
  try {
    // Variables of the firmware may have been there before: what was not asked for is not deleted.
    await host.undefineDomain(uuid, { nvram: false });
    return failed.with({
      next: `${failed.next ?? ""} ${name} was undefined again, so nothing is left of it.`.trim(),
    });
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const next = `${name} is defined and could not be undefined again: ${error.said}. Look at it (virsh dominfo), then take it over with adopt: true, or undefine it.`;
    return failed.with({ next });
  }
}
