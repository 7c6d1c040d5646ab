import { definitionInForce } from "../definition/in-force.js";
import { isVirshError } from "../errors.js";
import type { OpenHost } from "../hypervisor/host.js";
import type { DomainRef } from "../hypervisor/results.js";
import { readIdentity, type DomainIdentity } from "../xml/definition.js";

/** A domain as a program declares it. The empty URI stands for virsh's own default. */
export interface DeclaredDomain {
  xml: string;
  uri: string;
}

/** What the host has of a declared domain. */
export type Standing =
  /** Its definition is the declared one, or at least not proven to be another. */
  | "in force"
  /** The domain is there, with another definition or under another name. */
  | "not in force"
  /** Proven absent: the host has no such domain. */
  | "absent"
  /** Proven absent, and so are the name and the UUID that the XML gives: it means another domain than any on the host. */
  | "new"
  | { unseen: string };

/** A program does not wait long for a host that does not answer. */
const TIMEOUT_SECONDS = 10;

/**
 * Looks at the host of a declared domain. All domains of a program that are looked at together share the calls of
 * virsh.
 */
export async function standingOf(open: OpenHost, { xml, uri }: DeclaredDomain): Promise<Standing> {
  const identity = readIdentity(xml);
  try {
    const host = open({ uri: uri === "" ? undefined : uri, timeoutSeconds: TIMEOUT_SECONDS });
    const [domains, persistent] = await Promise.all([host.listDomains(), host.listPersistent()]);
    const domain = domainOf(identity, domains);
    if (domain === undefined) return isNew(identity, domains) ? "new" : "absent";
    // What someone else renamed is not as declared, either.
    if (domain.name !== identity.name) return "not in force";
    // Someone undefined it while it runs: it would be gone once it is off.
    if (!persistent.includes(domain.uuid)) return "not in force";
    const present = await host.definitionXml(domain.uuid, { inactive: true });
    return definitionInForce(xml, present).inForce ? "in force" : "not in force";
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return error.kind === "NotFound" ? "absent" : { unseen: error.said };
  }
}

/** The domain that the XML means: the one of its UUID, or of its name where it gives no UUID. */
function domainOf({ name, uuid }: DomainIdentity, domains: readonly DomainRef[]): DomainRef | undefined {
  return domains.find((known) => (uuid === undefined ? known.name === name : known.uuid === uuid));
}

function isNew({ name, uuid }: DomainIdentity, domains: readonly DomainRef[]): boolean {
  return uuid !== undefined && !domains.some((known) => known.name === name);
}
