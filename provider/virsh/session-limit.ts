import { quote, VirshError } from "../errors.js";
import { defaultUri, isAlias } from "../hypervisor/uri.js";
import type { SessionLimit } from "./sessions.js";

/** They set how many sessions of virsh a connection may have. The variable comes first. */
const VARIABLE = "PULUMI_VIRSH_SESSIONS";
export const SETTING = "virsh:sessions";

/** More are of no use to one host. */
export const MOST_SESSIONS = 20;

/** As many as this machine's libvirt serves at full speed, measured. */
const LOCAL: SessionLimit = { most: 4, patienceMs: 250 };
/** Below the number of logins at which a default sshd begins to refuse some (`MaxStartups`), and these at one a second. */
const REMOTE: SessionLimit = { most: 3, patienceMs: 1000 };

/** How many sessions the connection may have at once. `setting`: the value of `virsh:sessions`. */
export function sessionLimit(
  uri: string | undefined,
  environment: NodeJS.ProcessEnv,
  setting?: string,
): SessionLimit {
  const asked = count(VARIABLE, environment[VARIABLE]) ?? count(SETTING, setting);
  const resolved = uri ?? defaultUri(environment)?.uri;
  const isRemote =
    resolved !== undefined && /^[a-z]+\+(?:ssh|libssh|libssh2|tls|tcp):|^[a-z]+:\/\/[^/]/.test(resolved);
  const limit = isRemote ? REMOTE : LOCAL;
  return { ...limit, most: mayStartDaemon(resolved) ? 0 : (asked ?? limit.most) };
}

function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (/^\d{1,2}$/.test(value) && Number(value) <= MOST_SESSIONS) return Number(value);
  throw new VirshError({
    kind: "Invalid",
    tried: `use ${name} ${quote(value)}`,
    said: `it is not a whole number from 0 to ${MOST_SESSIONS}`,
    unchanged: true,
    next:
      "It is the number of sessions of virsh on a connection; 0 makes each command a process of its own. " +
      `Leave it out for the default: ${LOCAL.most}, and ${REMOTE.most} to another machine.`,
  });
}

/**
 * virsh starts a daemon of the user's own session where none runs. A session of virsh gives its children an environment
 * that keeps it from the user's files, and the daemon must not inherit that.
 */
function mayStartDaemon(uri: string | undefined): boolean {
  if (uri === undefined) return process.getuid?.() !== 0;
  return isAlias(uri) || (/^[a-z]+(?:\+unix)?:\/\/\/(?:session|embed)/.test(uri) && !uri.includes("socket="));
}
