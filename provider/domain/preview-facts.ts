import type { QueryHost } from "../hypervisor/host.js";
import type { DomainState } from "../hypervisor/results.js";

/** What a preview knows of a domain that a program is about to change or to replace. */
export interface DomainFacts {
  state: DomainState;
  /** Whether it stays when it stops. */
  persistent: boolean;
  managedSave: boolean;
  /** The persistent definition, as libvirt prints it. */
  definition: string;
  snapshots: readonly string[];
  checkpoints: readonly string[];
}

export async function lookAtDomain(host: QueryHost, uuid: string): Promise<DomainFacts> {
  const [state, persistent, saves, definition, snapshots, checkpoints] = await Promise.all([
    host.domainState(uuid),
    host.listPersistent(),
    host.listManagedSaves(),
    host.definitionXml(uuid, { inactive: true }),
    host.listSnapshots(uuid),
    host.listCheckpoints(uuid),
  ]);
  return {
    state,
    persistent: persistent.includes(uuid),
    managedSave: saves.includes(uuid),
    definition,
    snapshots,
    checkpoints,
  };
}
