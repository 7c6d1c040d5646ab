import { randomUUID } from "node:crypto";
import { isVirshError, type VirshError } from "../errors.js";
import { mayStillRun } from "../hypervisor/act.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { Tell } from "../hypervisor/notice.js";
import { readIdentity } from "../xml/definition.js";
import { applySettings, define, undefine } from "./act.js";
import { decideAdoption } from "./decide.js";
import { recordOf, type DomainDeclaration, type RecordedDomain } from "./declaration.js";

/** Defines a domain and starts it if it is to run. Adopts an existing domain only if the declaration says so. */
export async function createDomain(
  host: DomainHost,
  declared: DomainDeclaration,
  tell: Tell,
): Promise<RecordedDomain> {
  const identity = readIdentity(declared.xml);
  const adopted = decideAdoption(identity, declared.adopt, await host.listDomains());
  const domain = { name: identity.name, uuid: adopted?.uuid ?? identity.uuid ?? randomUUID() };
  await define(host, domain, declared.xml, "define");
  try {
    await applySettings(host, domain, declared, tell);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    // The call that failed may have changed nothing, but the domain is defined.
    const failed = error.with({ unchanged: false });
    throw adopted === undefined ? await cleanedUp(host, domain, failed) : leftAdopted(domain, failed);
  }
  return recordOf(domain, declared.xml);
}

/** Undefines a new domain that could not be set up. Returns `failed`, which then says what is left. */
async function cleanedUp(host: DomainHost, domain: DomainRef, failed: VirshError): Promise<VirshError> {
  const { name, uuid } = domain;
  if (mayStillRun(failed)) {
    const next = `${name} is defined and may be starting. Check it with virsh domstate ${uuid}, then adopt it with adopt: true.`;
    return failed.with({ next });
  }
  try {
    // The firmware's variables may be older than this domain.
    await undefine(host, domain, { nvram: false });
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const next = `${name} is defined and could not be undefined again: ${error.said}. Look at it (virsh dominfo), then adopt it with adopt: true, or undefine it.`;
    return failed.with({ next });
  }
  return failed.adding(`${name} was undefined again, so nothing is left of it.`);
}

function leftAdopted({ name }: DomainRef, failed: VirshError): VirshError {
  return failed.adding(`${name} already has the new definition; the next update continues from there.`);
}
