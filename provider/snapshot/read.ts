import { isVirshError, quote, VirshError } from "../errors.js";
import type { Host } from "../hypervisor/host.js";
import type { DomainRef, SnapshotDocument } from "../hypervisor/results.js";
import { toRfc3339 } from "./facts.js";
import { isSame } from "./identity.js";
import { carryImageDates } from "./image-identity.js";
import { inputsOf, keptOf, toState, type PartialState, type SnapshotState } from "./state.js";

/** A snapshot as it was found, or the proof, in words, that it is gone, and what the next update makes of that. */
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
  if (found !== undefined) return compare(state, domain, ...found);
  return {
    gone: `snapshot ${quote(name)} of ${domain.name} was deleted outside of this program`,
    next: "The next update takes a new snapshot, of the state that the domain has then.",
  };
}

/** The state again, from the host. It is an error if the snapshot does not exist any more. */
export async function readAgain(host: Host, state: PartialState): Promise<SnapshotState> {
  const found = await read(host, state);
  if ("state" in found) return found.state;
  throw new VirshError({
    kind: "NotFound",
    tried: `find snapshot ${quote(state.name)} of ${state.domainName}${host.shownUri === undefined ? "" : ` at ${host.shownUri}`}`,
    said: found.gone,
    next: "Check uri, or refresh to see what is left.",
  });
}

/** `undefined` when the snapshot, or its domain, provably does not exist. */
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

function compare(
  state: PartialState,
  domain: DomainRef,
  document: SnapshotDocument,
  current: string | undefined,
): Found {
  if (!isSame(state, document.snapshot)) {
    const now = toRfc3339(document.snapshot.creationTime);
    return {
      gone:
        `snapshot ${quote(state.name)} of ${domain.name} was replaced outside of this program: the one in the state was ` +
        `taken ${state.creationTime ?? ""}, the one on the host ${now}`,
      next: "The next update fails while that one exists: delete it, or give this one another name.",
    };
  }
  const again = toState(inputsOf(state), domain, document, current, keptOf(state, document.snapshot));
  return { state: { ...again, capturedDisks: carryImageDates(again.capturedDisks, state.capturedDisks) } };
}

function domainGone({ domainUuid, domainName, name }: PartialState, domains: readonly DomainRef[]): Gone {
  const again = domains.find((domain) => domain.name === domainName);
  const snapshot = `snapshot ${quote(name)}`;
  if (again === undefined) {
    return {
      gone: `domain ${domainName} (${domainUuid}) is gone from the host, and ${snapshot} with it`,
      next: "The next update fails until the domain is defined again or the program names another.",
    };
  }
  return {
    gone: `domain ${domainName} was defined anew (its UUID was ${domainUuid} and is ${again.uuid}), and ${snapshot} is gone with the old one`,
    next: "The next update takes a new snapshot, of the new domain, if that is the one that the program names.",
  };
}
