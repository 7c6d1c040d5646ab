import type { DomainHost } from "../hypervisor/domain-host.js";
import { info, type Tell } from "../hypervisor/notice.js";
import { readIdentity } from "../xml/definition.js";
import { applySettings, define } from "./act.js";
import { changesDefinition, decideUpdate, refuseOtherUuid } from "./decide.js";
import { recordOf, type DomainDeclaration, type RecordedDomain } from "./declaration.js";
import { isOff } from "./power.js";

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
  const identity = readIdentity(declared.xml);
  const expected = { name: identity.name, uuid: recorded.uuid };
  refuseOtherUuid(identity.uuid, expected, howToReplace);
  const domain = decideUpdate(expected, await host.listDomains(), howToReplace);
  if (changesDefinition(declared.xml, recorded)) {
    await define(host, domain, declared.xml, "redefine");
    const isActive = !isOff(await host.domainState(domain.uuid));
    if (isActive && declared.running)
      tell(info(`${domain.name} keeps its old definition until its next boot.`));
  }
  await applySettings(host, domain, declared, tell);
  return recordOf(domain, declared.xml);
}
