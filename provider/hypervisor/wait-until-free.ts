import { isVirshError, VirshError } from "../errors.js";
import type { Host, QueryHost } from "./host.js";
import { info, type Tell } from "./notice.js";

/** What waits for a domain. */
export interface Waiting {
  domainUuid: string;
  /** Phrase after "Unable to". */
  tried: string;
  /**
   * Looks again, right before each attempt, at what the decision rests on, and throws where anything differs. `waited`:
   * whether another job held the domain in the meantime.
   */
  confirm?: (host: QueryHost, waited: boolean) => Promise<void>;
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
      await expectReady(host, waiting, reported !== undefined);
      return await call();
    } catch (error) {
      if (!isVirshError(error, "Busy")) throw error;
      if (host.remaining() < 2 * PAUSE_MS) throw gaveUp(error, waiting);
      if (reported !== holder(error)) tell(info(`Waiting to ${waiting.tried}: ${error.said}`));
      reported = holder(error);
      await host.pause(PAUSE_MS);
    }
  }
}

/** Waits until no job holds the domain. */
export function untilFree(host: Host, waiting: Waiting, tell: Tell): Promise<void> {
  return whenFree(host, waiting, tell, () => Promise.resolve());
}

/** While a job holds the domain, what it changes is no difference yet: then only the job counts. */
async function expectReady(
  host: Host,
  { domainUuid, tried, confirm }: Waiting,
  waited: boolean,
): Promise<void> {
  const now = host.atOnce();
  const [control, confirmed] = await Promise.allSettled([
    now.domainControl(domainUuid),
    confirm?.(now, waited),
  ]);
  if (control.status === "rejected") throw control.reason;
  if (!control.value.idle) {
    throw new VirshError({
      kind: "Busy",
      tried,
      said: `another job holds the domain: ${control.value.said}`,
      next: "`virsh domjobinfo` shows more about it.",
      begun: false,
    });
  }
  if (confirmed.status === "rejected") throw confirmed.reason;
}

/** The same job is reported once, not for every second that it takes. */
function holder({ said }: VirshError): string {
  return said.replace(/\(\d+(?:\.\d+)?s\)/, "");
}

function gaveUp(error: VirshError, { tried }: Waiting): VirshError {
  return error.with({ tried, begun: false, unchanged: true }).adding("timeoutSeconds sets how long to wait.");
}
