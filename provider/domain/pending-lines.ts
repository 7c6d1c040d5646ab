import type { QueryHost } from "../hypervisor/host.js";
import type { Notice } from "../hypervisor/notice.js";
import type { DomainRef } from "../hypervisor/results.js";
import { readIdentity, refuseUndefinable } from "../xml/definition.js";
import { pendingDefinition } from "./apply.js";
import { decideAdoption } from "./decide.js";
import type { DomainDeclaration, RecordedDomain } from "./declaration.js";
import { lookAt } from "./look.js";
import { planUpdate, type PlanOptions } from "./plan.js";
import { adoptionLines, changeLines } from "./preview.js";
import { lookBeforeReplacement, replacementLine } from "./replacement-lines.js";

/** What a preview says of an operation on a domain that is not carried out. */

/**
 * The lines about a pending create. There are some only where the host already has the domain. Throws where the create
 * would be refused for certain.
 */
export async function linesOfCreate(
  host: QueryHost,
  declared: DomainDeclaration,
): Promise<{ notices: Notice[]; adopted?: DomainRef }> {
  const { xml, adopt } = declared;
  refuseUndefinable(xml);
  const identity = readIdentity(xml);
  const domains = await host.listDomains();
  const existing = domains.find(({ name, uuid }) => name === identity.name || uuid === identity.uuid);
  if (existing === undefined) return { notices: [] };
  if (!adopt) {
    const facts = await lookBeforeReplacement(host, existing, domains);
    return { notices: [replacementLine(declared, facts)] };
  }
  const adopted = decideAdoption(identity, adopt, domains) ?? existing;
  const facts = await lookAt(host, adopted, { security: false });
  const { notices } = await pendingDefinition(host, { name: identity.name, xml }, facts, { changed: true });
  return { notices: [...adoptionLines({ ...declared, ...adopted }, facts), ...notices], adopted };
}

export interface PendingUpdate extends PlanOptions {
  /** The XML is a secret: no line may quote it. */
  secret: boolean;
  /** The XML that the state says was applied last, where it is known. */
  previousXml: string | undefined;
  /** The state shows that the host has another definition than libvirt made of that. */
  drifted?: boolean;
}

/** The lines about a pending update: what it does, and when. Throws where the update would be refused. */
export async function linesOfUpdate(
  host: QueryHost,
  recorded: RecordedDomain,
  declared: DomainDeclaration,
  { secret, previousXml, drifted = false, ...options }: PendingUpdate,
): Promise<Notice[]> {
  refuseUndefinable(declared.xml);
  const plan = await planUpdate(host, recorded, declared.xml, { ...options, security: false });
  const { facts, name, pending } = plan;
  const change = {
    ...{ ...declared, name, secret, previousXml, drifted, previousName: nameBefore(recorded, previousXml) },
    defines: pending.xml !== undefined,
  };
  return [...changeLines(change, facts), ...pending.notices];
}

/** A state that was refreshed has the name that the host has. */
function nameBefore({ name }: RecordedDomain, previousXml: string | undefined): string {
  return previousXml === undefined ? name : readIdentity(previousXml).name;
}
