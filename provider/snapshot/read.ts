import { isVirshError, quote } from "../errors.js";
import type { DomainRef, Host, SnapshotDocument } from "../hypervisor/host.js";
import {
  inputsOf,
  isSame,
  keptOf,
  toRfc3339,
  toState,
  type PartialState,
  type SnapshotState,
} from "./state.js";

/** A snapshot as it was found, or, in words, that it is provenly no more and what the next `pulumi up` makes of that. */
export type Found = { state: SnapshotState } | Gone;

interface Gone {
  gone: string;
  next: string;
}

/** What became of the snapshot that `state` remembers. Absence has to be proven; anything else is thrown. */
export async function read(host: Host, state: PartialState): Promise<Found> {
  const { domainUuid, name } = state;
  const [domains, found] = await Promise.all([host.listDomains(), readIfThere(host, domainUuid, name)]);
  const domain = domains.find(({ uuid }) => uuid === domainUuid);
  if (domain === undefined) return domainGone(state, domains);
  if (found !== undefined) return judge(state, domain, ...found);
  return {
    gone: `snapshot ${quote(name)} of ${domain.name} was deleted outside of this program`,
    next: "The next pulumi up takes a new snapshot of the state of that day.",
  };
}

/** `undefined` when the snapshot, or its domain, is provenly not there. */
async function readIfThere(
  ...which: Parameters<typeof readBack>
): Promise<Awaited<ReturnType<typeof readBack>> | undefined> {
  try {
    return await readBack(...which);
  } catch (error) {
    if (!isVirshError(error, "NotFound")) throw error;
    return undefined;
  }
}

/** The document of a snapshot, and the name of the one that is current. */
export function readBack(
  host: Host,
  domainUuid: string,
  name: string,
): Promise<[document: SnapshotDocument, current: string | undefined]> {
  return Promise.all([host.readSnapshot(domainUuid, name), host.currentSnapshot(domainUuid)]);
}

function judge(
  state: PartialState,
  domain: DomainRef,
  document: SnapshotDocument,
  current: string | undefined,
): Found {
  if (!isSame(state, document.snapshot)) {
    const now = toRfc3339(document.snapshot.creationTime);
    return {
      gone:
        `snapshot ${quote(state.name)} of ${domain.name} is another one now: ours was taken ` +
        `${state.creationTime ?? ""}, this one ${now}, outside of this program`,
      next: "The next pulumi up fails while that one is there: delete it, or give this one another name.",
    };
  }
  return { state: toState(inputsOf(state), domain, document, current, keptOf(state, document.snapshot)) };
}

function domainGone({ domainUuid, domainName, name }: PartialState, domains: readonly DomainRef[]): Gone {
  const again = domains.find((domain) => domain.name === domainName);
  const snapshot = `snapshot ${quote(name)}`;
  if (again === undefined) {
    return {
      gone: `domain ${domainName} (${domainUuid}) is gone from the host, and ${snapshot} with it`,
      next: "The next pulumi up fails until the domain is defined again or the program names another.",
    };
  }
  return {
    gone: `domain ${domainName} was defined anew (UUID ${again.uuid}, before ${domainUuid}), and ${snapshot} is gone with the old one`,
    next: "The next pulumi up takes a new snapshot, of the new domain, if that is the one the program names.",
  };
}
