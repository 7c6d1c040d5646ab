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
  return isVirshError(error, "Timeout", "Cancelled", "Unreachable");
}

/** Waits, within a time of its own, until no job holds the domain, and then looks. Never tries anything again. */
export async function watch<T>(
  host: Host,
  domainUuid: string,
  look: (later: Host) => Promise<T>,
): Promise<Outcome<T>> {
  const later = host.afterwards();
  try {
    for (;;) {
      const control = await later.domainControl(domainUuid);
      if (control.idle) return { ended: true, found: await look(later) };
      if (later.remaining() < 2 * PAUSE_MS) return { ended: false, said: control.said };
      await sleep(PAUSE_MS);
    }
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return { ended: false, said: error.said, unreachable: true };
  }
}
