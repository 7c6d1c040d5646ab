import { quote, VirshError } from "../errors.js";
import type { DomainRef } from "../hypervisor/results.js";
import { readIdentity, withUuid } from "../xml/definition.js";
import type { DomainHost } from "../hypervisor/domain-host.js";
import { named } from "./named.js";
import { isOff, power, type Tell } from "./power.js";
import { digest, type Defined, type Wanted } from "./wanted.js";

/** Carries a change out on a domain that was defined here; the domain stays the same. */
export async function update(
  host: DomainHost,
  { uuid, xmlSha256 }: Defined,
  wanted: Wanted,
  tell: Tell,
): Promise<Defined> {
  const identity = readIdentity(wanted.xml);
  refuseOtherUuid(identity.uuid, { name: identity.name, uuid });
  const domain = find(await host.listDomains(), { name: identity.name, uuid });
  if (digest(wanted.xml) !== xmlSha256) {
    await named(`define domain ${quote(domain.name)} anew`, () =>
      host.defineDomain(withUuid(wanted.xml, uuid)),
    );
    const isActive = !isOff(await host.domainState(uuid));
    if (isActive && wanted.running)
      tell(`${domain.name} runs on with its old definition until its next boot.`);
  }
  if (wanted.autostart !== undefined) await host.setAutostart(uuid, wanted.autostart);
  await power(host, domain, wanted, tell);
  return { ...domain, xmlSha256: digest(wanted.xml) };
}

/** A domain keeps its UUID for ever, so another one in the XML cannot be meant as a change of this domain. */
export function refuseOtherUuid(asked: string | undefined, { name, uuid }: DomainRef): void {
  if (asked === undefined || asked === uuid) return;
  throw new VirshError({
    kind: "Conflict",
    tried: `define domain ${quote(name)} anew`,
    said: `xml has the UUID ${asked}, and this domain is ${uuid}`,
    next:
      "Nothing was changed. Remove <uuid>, and the domain keeps its own. For another domain in the place of this " +
      "one, change <name> as well, or run pulumi up --replace with its URN.",
  });
}

function find(domains: readonly DomainRef[], { name, uuid }: DomainRef): DomainRef {
  const found = domains.find((known) => known.uuid === uuid);
  if (found?.name === name) return found;
  const tried = `change domain ${quote(name)}`;
  if (found !== undefined) {
    throw new VirshError({
      kind: "Conflict",
      tried,
      said: `${uuid} is called ${quote(found.name)} by now`,
      next: `Nothing was changed. Rename it back first: virsh domrename ${uuid} NAME, while it is off.`,
    });
  }
  const other = domains.find((known) => known.name === name);
  const said =
    other === undefined
      ? `the host lists no domain ${uuid}`
      : `the host lists no domain ${uuid}; its name belongs to another one, ${other.uuid}`;
  throw new VirshError({
    kind: "NotFound",
    tried,
    said,
    next:
      "Nothing was changed. See that uri leads to the host it was defined on. If it was undefined outside of this " +
      "program, pulumi up --replace with its URN defines it anew.",
  });
}
