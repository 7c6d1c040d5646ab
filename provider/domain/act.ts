import { quote } from "../errors.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import type { DomainRef } from "../hypervisor/results.js";
import type { Tell } from "../hypervisor/notice.js";
import { withUuid } from "../xml/definition.js";
import { attempt } from "./attempt.js";
import type { DomainDeclaration } from "./declaration.js";
import { startOrStop } from "./power.js";

/** Gives `domain` its definition. The UUID goes into the XML, so libvirt refuses a domain that took the name since. */
export async function define(
  host: DomainHost,
  { name, uuid }: DomainRef,
  xml: string,
  verb: "define" | "redefine",
): Promise<void> {
  await attempt(`${verb} domain ${quote(name)}`, () => host.defineDomain(withUuid(xml, uuid)));
}

/** Applies everything that a declaration holds beside the XML. */
export async function applySettings(
  host: DomainHost,
  domain: DomainRef,
  declared: DomainDeclaration,
  tell: Tell,
): Promise<void> {
  if (declared.autostart !== undefined) await host.setAutostart(domain.uuid, declared.autostart);
  await startOrStop(host, domain, declared, tell);
}

/** Undefines `domain`. `nvram`: deletes the variables of its firmware, too. */
export async function undefine(
  host: DomainHost,
  { name, uuid }: DomainRef,
  options: { nvram: boolean },
): Promise<void> {
  await attempt(`undefine domain ${quote(name)}`, () => host.undefineDomain(uuid, options));
}
