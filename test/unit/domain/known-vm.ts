import { checkDomain } from "../../../provider/domain/check.js";
import type { DomainInputs } from "../../../provider/domain/inputs.js";
import type { KnownDomain } from "../../../provider/domain/known.js";
import { createKnown } from "../../../provider/domain/life-cycle.js";
import { FakeDomainHost, notices, UUID } from "./fake-domain-host.js";

/** A definition that libvirt would accept. */
export const vm = (more = "", name = "vm") =>
  `<domain type="qemu"><name>${name}</name><memory>65536</memory><os><type>hvm</type></os>${more}</domain>`;

export const inputs = (parts: Partial<DomainInputs> = {}): DomainInputs =>
  checkDomain({ xml: vm(`<uuid>${UUID}</uuid>`), shutdownTimeoutSeconds: 0, ...parts }).inputs;

/** A host on which a domain was just created, and what is known of it. */
export async function created(
  parts: Partial<DomainInputs> = {},
): Promise<{ host: FakeDomainHost; known: KnownDomain; declared: DomainInputs }> {
  const host = new FakeDomainHost();
  const declared = inputs(parts);
  const known = await createKnown(host, declared, undefined, notices().tell);
  host.did.length = 0;
  return { host, known, declared };
}

/** What someone else changes in the definition of a domain on the host. */
export function editOnHost(host: FakeDomainHost, from: string | RegExp, to: string): void {
  const domain = host.domains.get(UUID);
  if (domain !== undefined) domain.xml = domain.xml.replace(from, to);
}
