import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError } from "../errors.js";
import type { Host } from "./host.js";

/** What was found after an operation was cut short. */
export type Outcome<T> = { ended: true; found: T } | { ended: false; said: string; unreachable?: boolean };

const PAUSE_MS = 500;

/**
 * Whether the host may go on with what failed here: ending virsh does not end the daemon's job, and a daemon that
 * went away took its answer along.
 */
export function mayStillRun(error: unknown): boolean {
  return isVirshError(error, "Timeout", "Cancelled", "Unreachable") && error.begun !== false;
}

/** Waits, within a time of its own, until no job holds the domain, and then looks. Never tries anything again. */
export async function watch<T>(
  host: Host,
  domainUuid: string,
  look: (later: Host) => Promise<T>,
): Promise<Outcome<T>> {
  const later = host.afterwards();
  const isLast = () => later.remaining() < 2 * PAUSE_MS;
  for (;;) {
    try {
      const control = await later.domainControl(domainUuid);
      if (control.idle) return { ended: true, found: await look(later) };
      if (isLast()) return { ended: false, said: control.said };
    } catch (error) {
      if (!isVirshError(error)) throw error;
      // A daemon that died is started again by its service manager, as a rule within seconds.
      if (error.kind !== "Unreachable" || isLast())
        return { ended: false, said: error.said, unreachable: true };
    }
    await sleep(PAUSE_MS);
  }
}

/** The host to look with once something was done: worth a look, too, when the time limit ran out at its very end. */
export function withTimeLeft(host: Host): Host {
  return host.remaining() > 0 ? host : host.afterwards();
}
