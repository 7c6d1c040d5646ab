import { isVirshError } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { DomainRef, DomainState } from "../hypervisor/results.js";
import type { Observed } from "./declaration.js";
import { isOff } from "./power.js";

/** What the host knows about a domain that is to be changed. */
export interface DomainFacts extends Omit<Observed, "running"> {
  domain: DomainRef;
  /** The persistent definition; of a domain that has none, what it would be. */
  xml: string;
  state: DomainState;
  managedSave: boolean;
}

type Look = Pick<
  QueryHost,
  "definitionXml" | "domainState" | "listManagedSaves" | "listPersistent" | "listAutostart"
>;

/** `security`: reads the passwords, too, which a definition that is to be restored needs. */
export async function lookAt(
  host: Look,
  domain: DomainRef,
  { security }: { security: boolean },
): Promise<DomainFacts> {
  const { uuid } = domain;
  const [xml, state, saved, persistent, autostart] = await Promise.all([
    host.definitionXml(uuid, { inactive: true, security }),
    host.domainState(uuid),
    host.listManagedSaves(),
    host.listPersistent(),
    host.listAutostart(),
  ]);
  return {
    domain,
    xml,
    state,
    managedSave: saved.includes(uuid),
    persistent: persistent.includes(uuid),
    autostart: autostart.includes(uuid),
  };
}

/** What is true of a domain at the end of an operation. Nothing where it cannot be read: what was done stays done. */
export async function observe(
  host: Pick<Look, "domainState" | "listPersistent" | "listAutostart">,
  { uuid }: DomainRef,
): Promise<Partial<Observed>> {
  try {
    const [state, persistent, autostart] = await Promise.all([
      host.domainState(uuid),
      host.listPersistent(),
      host.listAutostart(),
    ]);
    return {
      state,
      running: !isOff(state),
      autostart: autostart.includes(uuid),
      persistent: persistent.includes(uuid),
    };
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return {};
  }
}
