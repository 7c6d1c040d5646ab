import type { DomainHost } from "../hypervisor/domain-host.js";
import type { Tell } from "../hypervisor/notice.js";
import { readIdentity } from "../xml/definition.js";
import { applyTo, pendingDefinition } from "./apply.js";
import { changesDefinition, decideRename, decideUpdate, refuseOtherUuid } from "./decide.js";
import type { DomainDeclaration, RecordedDomain } from "./declaration.js";
import { lookAt } from "./look.js";

/** What the adapter supplies to an update. */
export interface UpdateOptions {
  tell: Tell;
  /** How the user has the resource replaced, as a clause: `run … with its URN`. */
  howToReplace: string;
}

/** Applies a changed declaration to a domain that was defined here. It stays the same domain. */
export async function updateDomain(
  host: DomainHost,
  recorded: RecordedDomain,
  declared: DomainDeclaration,
  { tell, howToReplace }: UpdateOptions,
): Promise<RecordedDomain> {
  const { name, uuid } = readIdentity(declared.xml);
  const expected = { name, uuid: recorded.uuid };
  refuseOtherUuid(uuid, expected, howToReplace);
  const facts = await lookAt(host, decideUpdate(expected, await host.listDomains(), howToReplace), {
    security: true,
  });
  decideRename(facts, name, howToReplace);
  const changed = changesDefinition(declared.xml, recorded);
  const pending = await pendingDefinition(host, { name, xml: declared.xml }, facts, { recorded, changed });
  return applyTo(host, facts, { ...declared, name }, pending, tell);
}
