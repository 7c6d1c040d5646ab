import { randomUUID } from "node:crypto";
import { stampOf } from "../definition/stamp.js";
import { isVirshError, type VirshError } from "../errors.js";
import { mayStillRun } from "../hypervisor/act.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { Tell } from "../hypervisor/notice.js";
import { readIdentity } from "../xml/definition.js";
import { parseDocument } from "../xml/document.js";
import { applySettings, define, undefine } from "./act.js";
import { applyTo, pendingDefinition } from "./apply.js";
import { decideAdoption } from "./decide.js";
import { recordOf, type DomainDeclaration, type RecordedDomain } from "./declaration.js";
import { lookAt, observe } from "./look.js";
import { isOff } from "./power.js";

/** Defines a domain and starts it if it is to run. Adopts an existing domain only if the declaration says so. */
export async function createDomain(
  host: DomainHost,
  declared: DomainDeclaration,
  tell: Tell,
): Promise<RecordedDomain> {
  const { name, uuid } = readIdentity(declared.xml);
  const adopted = decideAdoption(
    { name, ...(uuid === undefined ? {} : { uuid }) },
    declared.adopt,
    await host.listDomains(),
  );
  if (adopted !== undefined) {
    const facts = await lookAt(host, adopted, { security: true });
    const pending = await pendingDefinition(host, { name, xml: declared.xml }, facts, { changed: true });
    return applyTo(host, facts, { ...declared, name }, pending, tell);
  }
  return defineNew(host, { name, uuid: uuid ?? randomUUID() }, declared, tell);
}

async function defineNew(
  host: DomainHost,
  domain: DomainRef,
  declared: DomainDeclaration,
  tell: Tell,
): Promise<RecordedDomain> {
  const { xml, validate } = declared;
  // libvirt would redefine a domain that took both the name and the UUID since the first look.
  decideAdoption(domain, false, await host.listDomains());
  const begun: Begun = { isDefined: false };
  try {
    await define(host, domain, { declared: xml, xml, validate, verb: "define" }, (id) => (begun.id = id));
    begun.isDefined = true;
    await applySettings(host, domain, declared, tell);
  } catch (error) {
    if (!isVirshError(error)) throw error;
    throw await cleanedUp(host, domain, begun, error);
  }
  return { ...recordOf(domain, xml), ...(await observe(host, domain)) };
}

/** How far a create came. */
interface Begun {
  id?: string;
  isDefined: boolean;
}

/**
 * Undefines a new domain that could not be set up, if it is off and if its definition is the one that this create made.
 * Returns `failed`, which then says what is left.
 */
async function cleanedUp(
  host: DomainHost,
  domain: DomainRef,
  { id, isDefined }: Begun,
  failed: VirshError,
): Promise<VirshError> {
  const { name, uuid } = domain;
  const check = `Look at it (virsh dominfo ${uuid}), then adopt it with adopt: true`;
  if (mayStillRun(failed)) {
    const next = isDefined
      ? `${name} is defined and may be starting. Check it with virsh domstate ${uuid}, then adopt it with adopt: true.`
      : `${name} may be defined by now. ${check}.`;
    return failed.with({ unchanged: false, next });
  }
  try {
    const listed = await host.listDomains();
    if (!listed.some((known) => known.uuid === uuid)) return failed;
    // The call that failed may have changed nothing, but the domain is defined.
    const left = failed.with({ unchanged: false });
    const xml = await host.definitionXml(uuid, { inactive: true, security: true });
    if (stampOf(parseDocument(xml, "domain"))?.id !== id)
      return left.with({
        next: `${name} is defined, but not provably by this create, so it stays as it is. ${check}.`,
      });
    const state = await host.domainState(uuid);
    if (!isOff(state)) {
      const next = `${name} is defined, and it is ${state} because someone else started it, so it stays. ${check}.`;
      return left.with({ next });
    }
    // The firmware's variables may be older than this domain.
    await undefine(host, domain, { nvram: false });
    if (!(await host.listDomains()).some((known) => known.uuid === uuid))
      return left.adding(`${name} was undefined again, so nothing is left of it.`);
    // Started in that very moment: without its definition it would be gone once it is off.
    await host.defineDomain(xml);
    return left.with({ next: `${name} is defined and running, because someone else started it. ${check}.` });
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const next = `${name} is defined and could not be undefined again: ${error.said}. ${check}, or undefine it.`;
    return failed.with({ unchanged: false, next });
  }
}
