import { isVirshError, VirshError } from "../errors.js";
import { compareHosts, type HostIdentity } from "../hypervisor/host-identity.js";
import type { QueryHost } from "../hypervisor/host.js";
import { driverAndPath, isAlias } from "../hypervisor/uri.js";

/** What belongs to a host: its domain, and the host that the state recorded. */
interface OnHost {
  domainUuid: string;
  host?: HostIdentity | undefined;
}

type WhichHost = Pick<QueryHost, "hostIdentity" | "smbiosUuid" | "listDomains">;

/**
 * The host that answers, as a state records it. Of a URI that the program gives, only driver and path are recorded: it
 * may be a secret, and the input of that name holds it already.
 */
export function recordedAs(seen: HostIdentity, uri: string | undefined): HostIdentity {
  return uri === undefined || isAlias(uri) ? seen : { ...seen, uri: driverAndPath(seen.uri) };
}

/**
 * Throws if the host that answers is not the one of the state: what is missing there may be where it always was. A state
 * of an older version has recorded none.
 */
export async function expectHost(
  host: WhichHost,
  { domainUuid, host: mine }: OnHost,
  tried: string,
): Promise<void> {
  if (mine === undefined) return;
  const seen = await host.hostIdentity();
  const comparable = mine.uri === driverAndPath(mine.uri) ? { ...seen, uri: driverAndPath(seen.uri) } : seen;
  const comparison = compareHosts(mine, comparable);
  if (comparison === "same") return;
  const unclear = comparison === "unclear";
  if (unclear && (await isLikelySame(host, domainUuid))) return;
  throw new VirshError({
    kind: "Conflict",
    tried,
    said: `the state belongs to ${named(mine)}, and the connection leads to ${named(comparable)}`,
    unchanged: true,
    next: unclear ? `${SAME_HOST} ${MOVED}` : MOVED,
    begun: false,
  });
}

/**
 * What `looking` finds, if the host that answers is the one of the state: both are asked in one batch, and an absence
 * counts only there.
 */
export async function onItsHost<T>(
  host: WhichHost,
  state: OnHost,
  tried: string,
  looking: Promise<T>,
): Promise<T> {
  const [looked, checked] = await Promise.allSettled([looking, expectHost(host, state, tried)]);
  const isElsewhere = checked.status === "rejected" && isVirshError(checked.reason, "Conflict");
  const isAbsent = looked.status === "rejected" && isVirshError(looked.reason, "NotFound");
  // Where the host could not be asked at all, what was looked for says more.
  if (looked.status === "rejected" && !isAbsent && !isElsewhere) throw looked.reason;
  if (checked.status === "rejected") throw checked.reason;
  return looking;
}

/** Where a daemon cannot read the machine's UUID and makes one up at each start, the domain has to do. */
async function isLikelySame(host: WhichHost, domainUuid: string): Promise<boolean> {
  const [smbios, domains] = await Promise.all([host.smbiosUuid(), host.listDomains()]);
  return smbios === undefined && domains.some(({ uuid }) => uuid === domainUuid);
}

const MOVED =
  "Lead the connection to the host of the state again. If it moved, or its host has a new UUID, set `uri` " +
  "to a URI that differs from the recorded one: the update then looks for it there.";

const SAME_HOST =
  "The domain is on neither list of that host. If it is the same host, its libvirt makes up a UUID at each start: " +
  "set host_uuid in libvirtd.conf (or virtqemud.conf) to the UUID in the state.";

function named({ uuid, uri }: HostIdentity): string {
  return uuid === undefined ? `a host without a UUID (${uri})` : `host ${uuid} (${uri})`;
}
