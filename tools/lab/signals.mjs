import { constants } from "node:os";

const controller = new AbortController();

/** Aborted when a signal asks this process to end. Whatever waits stops waiting and cleans up. */
export const interruption = controller.signal;

/** A signal asked this process to end. */
class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.status = 128 + constants.signals[signal];
  }
}

/** @param {NodeJS.Signals} signal */
const interrupt = (signal) => controller.abort(new Interrupted(signal));

/** @type {(signal: NodeJS.Signals) => void} */
let receive = interrupt;
let signaled = false;

/** From now on, no signal ends this process before it has cleaned up. */
export function handleSignals() {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])) {
    process.on(signal, () => {
      signaled = true;
      receive(signal);
    });
  }
  // When the terminal is gone, writing to it fails. That must not stop the clean-up either.
  process.stderr.on("error", () => undefined);
}

/** @param {(signal: NodeJS.Signals) => void} receiver receives signals from now on; without one, a signal interrupts */
export function forwardSignalsTo(receiver = interrupt) {
  receive = receiver;
}

/** Whether a signal has asked this process to end, whoever received it. */
export function wasSignaled() {
  return signaled;
}

/**
 * Waits for `work`; rejects when the interruption comes first.
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export function unlessInterrupted(work) {
  /** @type {Promise<never>} */
  const interrupted = new Promise((_, reject) => {
    const fail = () => reject(interruption.reason);
    if (interruption.aborted) fail();
    interruption.addEventListener("abort", fail);
  });
  return Promise.race([work, interrupted]);
}
