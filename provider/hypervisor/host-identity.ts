import { driverAndPath, sessionOf } from "./uri.js";

/** Which libvirt daemon on which host: what a proof of absence counts for. */
export interface HostIdentity {
  /** The host's UUID (`capabilities`); absent for drivers without a host, such as libvirt's test driver. */
  uuid?: string;
  /** The connection URI as libvirt resolves it (`uri`), secrets redacted. */
  uri: string;
}

/**
 * How two identities compare. `unclear`: the same URI, but another UUID, and either may have been made up: libvirt makes
 * up a UUID at each start of a daemon that cannot read the machine's, such as a session daemon.
 */
export type Comparison = "same" | "other" | "unclear";

/**
 * Compares by what cannot differ for one daemon. One host has a UUID, and a daemon for each driver and path
 * (`qemu:///system`), or for each user of `qemu:///session`. How the daemon is reached (transport, address, port, keys,
 * the system daemon's socket) says nothing about which one it is.
 */
export function compareHosts(recorded: HostIdentity, seen: HostIdentity): Comparison {
  if (driverAndPath(recorded.uri) !== driverAndPath(seen.uri)) return "other";
  if (recorded.uuid === undefined || recorded.uuid !== seen.uuid) return compareWithoutUuid(recorded, seen);
  const [one, another] = [sessionOf(recorded.uri), sessionOf(seen.uri)];
  return one === undefined || another === undefined || one === another ? "same" : "other";
}

function compareWithoutUuid(recorded: HostIdentity, seen: HostIdentity): Comparison {
  if (recorded.uri !== seen.uri) return "other";
  if (recorded.uuid === undefined && seen.uuid === undefined) return "same";
  return [recorded.uuid, seen.uuid].every(mayBeMadeUp) ? "unclear" : "other";
}

/** A random UUID (version 4). That of a machine may look the same. */
function mayBeMadeUp(uuid: string | undefined): boolean {
  return uuid === undefined || /^.{14}4.{4}[89ab]/.test(uuid);
}
