import { isKnown } from "../schema/unknown.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { SnapshotInputs } from "./inputs.js";
import type { PartialState } from "./state.js";

type Lister = Pick<QueryHost, "listDomains">;

/**
 * `state` under the name that the program now gives its domain, if the host has that domain under this name: then it was
 * renamed, and its snapshots went with it. Otherwise `state` itself: another name means another domain. Looks only where
 * the name differs.
 */
export async function underNewName<State extends PartialState>(
  host: () => Lister | Promise<Lister>,
  state: State,
  { domain }: SnapshotInputs,
): Promise<State> {
  const { domainUuid, domainName } = state;
  if (!isKnown(domain) || domain === state.domain || domain === domainName) return state;
  if (domain.toLowerCase() === domainUuid) return state;
  const named = (await (await host()).listDomains()).find(({ name }) => name === domain);
  return named?.uuid === domainUuid ? { ...state, domainName: domain } : state;
}
