import { setMaxListeners } from "node:events";

/** Long enough to see what the last call left behind, and short enough for someone who pressed Ctrl-C. */
const GRACE_MS = 2000;

/** The end of all waiting, when the provider is told to stop: first of every operation, then of looking what it left. */
export class Stopping {
  readonly #operations = new AbortController();
  readonly #looks = new AbortController();
  #lastMoment: number | undefined;

  constructor() {
    // Every call that runs listens.
    setMaxListeners(0, this.#operations.signal, this.#looks.signal);
  }

  begin(): void {
    if (this.#lastMoment !== undefined) return;
    this.#lastMoment = performance.now() + GRACE_MS;
    this.#operations.abort();
    setTimeout(() => {
      this.#looks.abort();
    }, GRACE_MS).unref();
  }

  /** Aborted once an operation must not wait any more. */
  get operations(): AbortSignal {
    return this.#operations.signal;
  }

  /** Aborted once nobody must look any more at what an operation left. */
  get looks(): AbortSignal {
    return this.#looks.signal;
  }

  /** Milliseconds that are left for looking. */
  leftForLooks(): number {
    return this.#lastMoment === undefined ? Infinity : Math.max(0, this.#lastMoment - performance.now());
  }
}
