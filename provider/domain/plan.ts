import type { DomainHost } from "../hypervisor/domain-host.js";
import { readIdentity } from "../xml/definition.js";
import { pendingDefinition, type PendingDefinition } from "./apply.js";
import { changesDefinition, decideRename, decideUpdate, refuseOtherUuid } from "./decide.js";
import type { RecordedDomain } from "./declaration.js";
import { lookAt, type DomainFacts } from "./look.js";

/** What an update is about to do to a domain, decided before anything is done. */
export interface UpdatePlan {
  facts: DomainFacts;
  /** The name that the domain gets, or keeps. */
  name: string;
  pending: PendingDefinition;
}

export interface PlanOptions {
  /** How the user has the resource replaced, as a clause: `run … with its URN`. */
  howToReplace: string;
  /** Whether the declared XML is another one than was applied last, where the adapter knows that better. */
  changed?: boolean;
  /** The domain keeps its definition and its name, whatever is declared. */
  keeps?: boolean;
}

type Look = Pick<
  DomainHost,
  | "listDomains"
  | "definitionXml"
  | "domainState"
  | "listManagedSaves"
  | "listPersistent"
  | "listAutostart"
  | "listSnapshots"
  | "snapshotXml"
  | "imageFiles"
>;

/** Throws where the update would be refused. `security`: reads passwords, too, so that they can be restored. */
export async function planUpdate(
  host: Look,
  recorded: RecordedDomain,
  xml: string,
  { howToReplace, keeps = false, security, ...options }: PlanOptions & { security: boolean },
): Promise<UpdatePlan> {
  const identity = readIdentity(xml);
  refuseOtherUuid(identity.uuid, recorded, howToReplace);
  const { uuid } = recorded;
  const name = keeps ? recorded.name : identity.name;
  const domain = decideUpdate({ name, uuid }, await host.listDomains(), howToReplace);
  const facts = await lookAt(host, domain, { security });
  if (keeps) return { facts, name: domain.name, pending: { xml: undefined, notices: [] } };
  decideRename(facts, name, howToReplace);
  const { changed = changesDefinition(xml, recorded) } = options;
  return { facts, name, pending: await pendingDefinition(host, { name, xml }, facts, { recorded, changed }) };
}
