import { isVirshError, type VirshError } from "../errors.js";
import type { Host } from "./host.js";
import type { Tell } from "./notice.js";
import { whenFree, type Waiting } from "./wait-until-free.js";

/** A change to a domain, as `act` carries it out. */
export interface Change extends Waiting {
  confirm: NonNullable<Waiting["confirm"]>;
  /** Asks libvirt for it: one call. */
  ask: () => Promise<void>;
  /** Asked after an interruption, once no job holds the domain any more: whether the host did it. */
  wasDone: (later: Host) => Promise<boolean>;
}

/** What is known of a change that was interrupted. */
export type Outcome =
  /** The host is done, and did not do it. */
  | { is: "not done" }
  /** A job still holds the domain, in libvirt's words. */
  | { is: "still running"; said: string }
  /** The host could not be asked. */
  | { is: "not known"; said: string };

/** A change was interrupted, and is not known to be done. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(
    override readonly cause: VirshError,
    readonly outcome: Outcome,
  ) {
    super(cause.message, { cause });
  }
}

/**
 * Carries out one change: waits until no job holds the domain, looks once more at what the decision rests on, asks libvirt, and after an interruption finds out what
 * came of it. Never tries anything again. Returns once the change is done, with the interruption where it was done in
 * spite of one. Throws `Interrupted`, or the `VirshError` of a change that libvirt refused or could not do. The caller
 * holds the domain's turn.
 */
export async function act(host: Host, change: Change, tell: Tell): Promise<VirshError | undefined> {
  try {
    await whenFree(host, change, tell, change.ask);
    return undefined;
  } catch (error) {
    if (!isVirshError(error)) throw error;
    const named = error.with({ tried: change.tried });
    if (!mayStillRun(error)) throw named;
    const outcome = await watch(host, change);
    if (outcome !== "done") throw new Interrupted(named, outcome);
    return named;
  }
}

/**
 * Whether the host may still be carrying out what failed here: ending virsh does not end the daemon's job, and a daemon
 * that went away took its answer along.
 */
export function mayStillRun(error: VirshError): boolean {
  return isVirshError(error, "Timeout", "Cancelled", "Unreachable") && error.begun !== false;
}

async function watch(host: Host, { domainUuid, wasDone }: Change): Promise<"done" | Outcome> {
  const settled = await onceIdle(host, domainUuid, wasDone);
  if (!("found" in settled)) return settled;
  return settled.found ? "done" : { is: "not done" };
}

const PAUSE_MS = 500;

/** Waits, within a time of its own, until no job holds the domain, and then looks. Never changes anything. */
export async function onceIdle<T>(
  host: Host,
  domainUuid: string,
  look: (later: Host) => Promise<T>,
): Promise<{ found: T } | Exclude<Outcome, { is: "not done" }>> {
  const later = host.afterwards();
  const isLast = () => later.remaining() < 2 * PAUSE_MS;
  for (;;) {
    try {
      const control = await later.domainControl(domainUuid);
      if (control.idle) return { found: await look(later) };
      if (isLast()) return { is: "still running", said: control.said };
    } catch (error) {
      if (!isVirshError(error)) throw error;
      // A service manager starts a daemon that died again, usually within seconds.
      if (error.kind !== "Unreachable" || isLast()) return { is: "not known", said: error.said };
    }
    await later.pause(PAUSE_MS);
  }
}

/** The host to look with after a change: looking is worth it even when the time limit ran out at the very end. */
export function withTimeLeft(host: Host): Host {
  return host.remaining() > 0 ? host : host.afterwards();
}
