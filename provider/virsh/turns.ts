import { LONGEST_TIMER_MS } from "./process.js";

/** What a session is lent for. */
export type Purpose = "read" | "change";

interface Waiter {
  readonly purpose: Purpose;
  readonly settle: (hasTurn: boolean) => void;
}

/**
 * Who may use a session, of so many. Changes leave one for reads, because a change may take minutes and everything else
 * needs to look first. Who waits for too long is turned away: each caller has its own patience, a little more than the
 * one before it, so that those who are turned away do not all log in to a host at the same moment.
 */
export class Turns {
  readonly #waiting: Waiter[] = [];
  readonly #lent = { read: 0, change: 0 };

  constructor(
    private readonly most: number,
    private readonly patienceMs: number,
  ) {}

  /** Waits for a turn, at most so long. `false`: there is none. */
  async take(purpose: Purpose, mostMs: number): Promise<boolean> {
    if (this.most === 0) return false;
    const ahead = this.#waiting.filter((waiter) => waiter.purpose === purpose).length;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter = { purpose, settle: resolve };
    this.#waiting.push(waiter);
    this.#next();
    const patience = Math.min(this.patienceMs * (ahead + 1), mostMs, LONGEST_TIMER_MS);
    const timer = setTimeout(() => {
      const place = this.#waiting.indexOf(waiter);
      if (place >= 0) this.#waiting.splice(place, 1);
      resolve(false);
    }, patience);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends a turn. */
  give(purpose: Purpose): void {
    this.#lent[purpose] -= 1;
    this.#next();
  }

  /** Gives turns to those who wait, in order. */
  #next(): void {
    for (;;) {
      const place = this.#waiting.findIndex(({ purpose }) => this.#isFree(purpose));
      const [waiter] = place < 0 ? [] : this.#waiting.splice(place, 1);
      if (waiter === undefined) return;
      this.#lent[waiter.purpose] += 1;
      waiter.settle(true);
    }
  }

  #isFree(purpose: Purpose): boolean {
    const { read, change } = this.#lent;
    if (read + change >= this.most) return false;
    return purpose === "read" || change < Math.max(1, this.most - 1);
  }
}
