import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError, type VirshError } from "../errors.js";
import type { Host } from "./host.js";

/** Tells the user something while an operation goes on. */
export type Tell = (line: string) => void;

const PAUSE_MS = 1000;

/**
 * Runs `operation` as soon as nobody else holds the domain: a block job, another client. libvirt refuses before it
 * does anything, so asking again is safe. Fails with who holds it when the time limit leaves no more room.
 */
export async function whenFree<T>(host: Host, tell: Tell, operation: () => Promise<T>): Promise<T> {
  let told: string | undefined;
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!isVirshError(error, "Busy") || host.remaining() < 2 * PAUSE_MS) throw error;
      if (told !== error.said) tell(waiting(error));
      told = error.said;
      await sleep(PAUSE_MS);
    }
  }
}

function waiting({ tried, said }: VirshError): string {
  return `Waiting to ${tried}: ${said}`;
}
