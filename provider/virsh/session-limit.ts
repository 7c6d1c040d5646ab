import { defaultUri, isAlias } from "../hypervisor/uri.js";
import type { SessionLimit } from "./sessions.js";

/** Sets how many sessions of virsh are kept on one connection; 0: none, every command is a process. */
const VARIABLE = "PULUMI_VIRSH_SESSIONS";

/** As many as this machine's libvirt serves at full speed, measured. */
const LOCAL: SessionLimit = { most: 4, patienceMs: 250 };
/** Below the number of logins at which a default sshd begins to refuse some (`MaxStartups`), and these at one a second. */
const REMOTE: SessionLimit = { most: 3, patienceMs: 1000 };

/** How many sessions the connection may have at once. */
export function sessionLimit(uri: string | undefined, environment: NodeJS.ProcessEnv): SessionLimit {
  const given = environment[VARIABLE];
  const asked = given !== undefined && /^\d+$/.test(given) ? Number(given) : undefined;
  const resolved = uri ?? defaultUri(environment)?.uri;
  const isRemote =
    resolved !== undefined && /^[a-z]+\+(?:ssh|libssh|libssh2|tls|tcp):|^[a-z]+:\/\/[^/]/.test(resolved);
  const limit = isRemote ? REMOTE : LOCAL;
  return { ...limit, most: mayStartDaemon(resolved) ? 0 : (asked ?? limit.most) };
}

/**
 * virsh starts a daemon of the user's own session where none runs. A session of virsh gives its children an environment
 * that keeps it from the user's files, and the daemon must not inherit that.
 */
function mayStartDaemon(uri: string | undefined): boolean {
  if (uri === undefined) return process.getuid?.() !== 0;
  return isAlias(uri) || (/^[a-z]+(?:\+unix)?:\/\/\/(?:session|embed)/.test(uri) && !uri.includes("socket="));
}
