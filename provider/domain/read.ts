import { definitionDigest } from "../definition/flat.js";
import { definitionInForce } from "../definition/in-force.js";
import { withoutStamps } from "../definition/stamp.js";
import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { warning, type Notice } from "../hypervisor/notice.js";
import { resolveDomain } from "../hypervisor/resolve-domain.js";
import type { DomainRef } from "../hypervisor/results.js";
import { onItsHost, recordedAs } from "../snapshot/which-host.js";
import { parseDocument } from "../xml/document.js";
import type { DomainInputs } from "./inputs.js";
import { appliedDefinition, knownDomain, type KnownDomain, type ReadOn } from "./known.js";
import { lookAt, type DomainFacts } from "./look.js";
import { isOff } from "./power.js";

/** A domain as it was found, or the proof, in words, that it is gone, and what the next update makes of that. */
export type FoundDomain = { known: KnownDomain } | { gone: string; next: string };

/**
 * What became of a domain. `declared`: the inputs of the last update; none of a domain that a program only reads. Absence
 * has to be proven; anything else is thrown.
 */
export async function readDomain(
  host: DomainHost,
  known: KnownDomain,
  declared: Partial<DomainInputs>,
): Promise<FoundDomain> {
  const { uuid, name } = known;
  const looking = Promise.all([host.listDomains(), lookIfThere(host, { name, uuid }), host.daemonVersion()]);
  const state = { domainUuid: uuid, host: known.host };
  const [domains, facts, libvirt] = await onItsHost(host, state, `find domain ${quote(name)}`, looking);
  const domain = domains.find((each) => each.uuid === uuid);
  if (domain === undefined || facts === undefined) return gone(known, domains);
  const applied = appliedAs(known, declared.xml, facts, libvirt);
  const seen = { ...facts, domain };
  return { known: knownDomain({ ...known, ...declared }, seen, { host: known.host }, applied) };
}

async function lookIfThere(host: DomainHost, domain: DomainRef): Promise<DomainFacts | undefined> {
  try {
    return await lookAt(host, domain, { security: false });
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
    return undefined;
  }
}

/**
 * Another version of libvirt may print the same definition with more elements, and one that was not read back is not
 * known yet: then the stamp says whether it is in force.
 */
function appliedAs(
  { applied }: KnownDomain,
  declared: string | undefined,
  facts: DomainFacts,
  libvirt: string,
): KnownDomain["applied"] {
  if (applied.libvirt === libvirt && applied.made !== "") return applied;
  if (declared === undefined || !facts.persistent) return applied;
  if (!definitionInForce(declared, facts.xml).inForce) return applied;
  return { ...applied, made: definitionDigest(parseDocument(facts.xml, "domain")), libvirt };
}

function gone({ name, uuid }: KnownDomain, domains: readonly DomainRef[]): FoundDomain {
  const other = domains.find((domain) => domain.name === name);
  if (other === undefined) {
    return {
      gone: `domain ${quote(name)} (${uuid}) was undefined outside of this program`,
      next: "The next update defines it again.",
    };
  }
  return {
    gone: `domain ${quote(name)} (${uuid}) is gone, and its name belongs to another domain, ${other.uuid}`,
    next: "The next update fails while that one exists: rename it, choose another <name>, or set adopt: true to adopt it.",
  };
}

/** A domain that is to be managed from now on as it is. */
export interface ImportedDomain {
  /** Inputs that change nothing. */
  inputs: DomainInputs;
  known: KnownDomain;
  notices: Notice[];
}

/**
 * Reads the domain of that name or UUID. The definition is declared as libvirt prints it. `given`: the inputs that are
 * known already; `uri`: that of the resource, or of its provider.
 */
export async function importDomain(
  host: DomainHost,
  id: string,
  given: Pick<Partial<DomainInputs>, "uri">,
  uri: string | undefined,
): Promise<ImportedDomain> {
  const domain = await resolveDomain(host, id);
  const [facts, { host: identity, libvirt }, hidden] = await Promise.all([
    lookAt(host, domain, { security: false }),
    readOn(host, uri),
    hidesPasswords(host, domain),
  ]);
  if (!facts.persistent) throw transient(domain);
  const xml = withoutStamps(facts.xml);
  const inputs: DomainInputs = {
    ...given,
    xml,
    running: !isOff(facts.state),
    ...(facts.autostart ? { autostart: true } : {}),
  };
  const applied = appliedDefinition(xml, facts.xml, libvirt);
  return {
    inputs,
    known: knownDomain(inputs, facts, { host: identity }, applied),
    notices: hidden ? [warning(passwords(domain))] : [],
  };
}

/** Which host and which libvirt answers, as a state records it. `uri`: that of the program. */
export async function readOn(host: DomainHost, uri: string | undefined): Promise<ReadOn> {
  const [identity, libvirt] = await Promise.all([host.hostIdentity(), host.daemonVersion()]);
  return { host: recordedAs(identity, uri), libvirt };
}

/** Whether the definition has passwords, which libvirt prints only on request. */
async function hidesPasswords(host: DomainHost, { uuid }: DomainRef): Promise<boolean> {
  const shown = (security: boolean) => host.definitionXml(uuid, { inactive: true, security });
  try {
    const [open, secret] = await Promise.all([shown(false), shown(true)]);
    return open !== secret;
  } catch (error) {
    // Who may not change the domain may not read its passwords either.
    if (!isVirshError(error)) throw error;
    return false;
  }
}

function passwords({ name, uuid }: DomainRef): string {
  return (
    `The definition of ${name} holds a password, which is not imported: it would be in the program and in the state. ` +
    `The next change of xml removes it from the domain, unless you write it into xml first, as a secret (virsh dumpxml --inactive --security-info ${uuid} shows it).`
  );
}

function transient({ name, uuid }: DomainRef): VirshError {
  return new VirshError({
    kind: "Unsupported",
    tried: `import domain ${quote(name)}`,
    said: "it has no persistent definition, so it is gone once it is off",
    unchanged: true,
    next: `Define it first (virsh dumpxml --inactive --security-info ${uuid}, virsh define), then import it.`,
  });
}
