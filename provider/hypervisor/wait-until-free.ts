import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError, VirshError } from "../errors.js";
import type { Host } from "./host.js";

/** Tells the user something while an operation goes on. */
export type Tell = (line: string) => void;

/** What waits for a domain, and the phrase after "Unable to" for it. */
export interface Waiting {
  domainUuid: string;
  /** It was seen to be off: then there is no QEMU that could be busy. */
  isOff?: boolean;
  tried: string;
}

const PAUSE_MS = 1000;

/**
 * Runs `operation` as soon as nobody else holds the domain: a job of another client, a block job. It is asked for first,
 * since libvirt would let the operation wait without a word, and carry it out even when nobody wanted it any more. What
 * holds the domain in other ways libvirt refuses before it does anything, so asking again is safe. Fails with who holds
 * it when the time limit leaves no more room.
 */
export async function whenFree<T>(
  host: Host,
  waiting: Waiting,
  tell: Tell,
  operation: () => Promise<T>,
): Promise<T> {
  let told: string | undefined;
  for (;;) {
    try {
      await expectIdle(host, waiting);
      return await operation();
    } catch (error) {
      if (!isVirshError(error, "Busy")) throw error;
      if (host.remaining() < 2 * PAUSE_MS) throw gaveUp(error, waiting);
      if (told !== holder(error)) tell(`Waiting to ${waiting.tried}: ${error.said}`);
      told = holder(error);
      await sleep(PAUSE_MS);
    }
  }
}

/** Waits until no job holds the domain. */
export function untilIdle(host: Host, waiting: Waiting, tell: Tell): Promise<void> {
  return whenFree(host, waiting, tell, () => Promise.resolve());
}

async function expectIdle(host: Host, { domainUuid, isOff = false, tried }: Waiting): Promise<void> {
  if (isOff) return;
  const control = await host.domainControl(domainUuid);
  if (control.idle) return;
  throw new VirshError({
    kind: "Busy",
    tried,
    said: `another job holds the domain: ${control.said}`,
    next: "`virsh domjobinfo` tells more of it.",
    begun: false,
  });
}

/** The same job is told of once, not for every second that it takes. */
function holder({ said }: VirshError): string {
  return said.replace(/\(\d+(?:\.\d+)?s\)/, "");
}

function gaveUp(error: VirshError, { tried }: Waiting): VirshError {
  const next = ["Nothing was changed.", error.next, "timeoutSeconds sets how long is waited."];
  return error.with({ tried, begun: false, next: next.filter((part) => part !== undefined).join(" ") });
}
