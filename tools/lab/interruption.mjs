import { constants } from "node:os";

const controller = new AbortController();

/** Aborted when this process is asked to end; whatever waits ends with it, and cleans up behind itself. */
export const interruption = controller.signal;

/** Someone asked this process to end. */
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
let asked = false;

/** From now on no signal ends this process without its clean-up. */
export function takeSignals() {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])) {
    process.on(signal, () => {
      asked = true;
      receive(signal);
    });
  }
  // With its terminal gone, writing to it fails; that must not be the end of the clean-up either.
  process.stderr.on("error", () => undefined);
}

/** @param {(signal: NodeJS.Signals) => void} receiver gets them from now on; without one, they interrupt */
export function giveSignalsTo(receiver = interrupt) {
  receive = receiver;
}

/** Whether this process was asked to end, whoever got the signal. */
export function wasAskedToEnd() {
  return asked;
}

/**
 * `work`, or the interruption if that comes first.
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
