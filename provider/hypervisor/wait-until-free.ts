import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError, VirshError } from "../errors.js";
import type { Host } from "./host.js";
import { info, type Tell } from "./notice.js";

/** What waits for a domain. */
export interface Waiting {
  domainUuid: string;
  /** Phrase after "Unable to". */
  tried: string;
  /** Seen to be off: then no QEMU can be busy. */
  isOff?: boolean;
}

const PAUSE_MS = 1000;

/**
 * Runs `call` as soon as no other job or client holds the domain. Asks for that first, because libvirt would let the
 * call wait without a word, and carry it out even after its caller gave up. Everything else that holds a domain libvirt
 * refuses before it does anything, so calling again is safe. When the time limit leaves no room for another attempt,
 * fails with what holds the domain.
 */
export async function whenFree<T>(
  host: Host,
  waiting: Waiting,
  tell: Tell,
  call: () => Promise<T>,
): Promise<T> {
  let reported: string | undefined;
  for (;;) {
    try {
      await expectIdle(host, waiting);
      return await call();
    } catch (error) {
      if (!isVirshError(error, "Busy")) throw error;
      if (host.remaining() < 2 * PAUSE_MS) throw gaveUp(error, waiting);
      if (reported !== holder(error)) tell(info(`Waiting to ${waiting.tried}: ${error.said}`));
      reported = holder(error);
      await sleep(PAUSE_MS);
    }
  }
}

/** Waits until no job holds the domain. */
export function untilFree(host: Host, waiting: Waiting, tell: Tell): Promise<void> {
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
    next: "`virsh domjobinfo` shows more about it.",
    begun: false,
  });
}

/** The same job is reported once, not for every second that it takes. */
function holder({ said }: VirshError): string {
  return said.replace(/\(\d+(?:\.\d+)?s\)/, "");
}

function gaveUp(error: VirshError, { tried }: Waiting): VirshError {
  return error.with({ tried, begun: false, unchanged: true }).adding("timeoutSeconds sets how long to wait.");
}
