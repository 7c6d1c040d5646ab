import { areCarried } from "./framing.js";
import type { Limits } from "./process.js";
import type { Line } from "./script.js";
import { Session, type Answer, type NotStarted } from "./session.js";
import { Turns, type Purpose } from "./turns.js";

/** An idle session is ended after this time, so that a program that lives for long holds no connection that it does not use. */
const IDLE_MS = 5_000;

/** How many sessions a connection may have, and how long a caller waits for one. */
export interface SessionLimit {
  readonly most: number;
  readonly patienceMs: number;
}

/**
 * The sessions of one connection, each lent to one caller at a time. Only as many are opened as are needed at once:
 * every one is a login where the connection is made through ssh.
 */
export class Sessions {
  readonly #idle: { session: Session; timer: NodeJS.Timeout }[] = [];
  readonly #turns: Turns;
  #isUnfit: boolean;

  constructor(
    private readonly start: (limits: Limits) => Promise<Session | NotStarted>,
    { most, patienceMs }: SessionLimit,
  ) {
    this.#turns = new Turns(most, patienceMs);
    this.#isUnfit = most === 0;
  }

  /**
   * Carries out the lines in one session. `undefined`: none can be had now, or the lines cannot be sent through one;
   * nothing was sent.
   */
  async ask<L extends Line>(
    lines: readonly L[],
    limits: Limits,
    purpose: Purpose,
  ): Promise<Answer<L> | undefined> {
    if (this.#isUnfit || !areCarried(lines)) return undefined;
    if (!(await this.#turns.take(purpose, limits.remaining()))) return undefined;
    let session: Session | NotStarted | undefined;
    try {
      // Its time may have run out, or the provider was told to stop: then nobody needs a session.
      if (limits.remaining() < 1) return undefined;
      session = await this.#take(limits);
      if (session instanceof Session) return await session.ask(lines, limits);
      if (!("lost" in session)) return session;
      this.#isUnfit ||= session.lost === "unfit";
      return session;
    } finally {
      if (session instanceof Session && session.isUsable) this.#keep(session);
      this.#turns.give(purpose);
    }
  }

  /** Ends all sessions that nobody uses. */
  end(): void {
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      session.end();
    }
  }

  async #take(limits: Limits): Promise<Session | NotStarted> {
    for (;;) {
      // The one that was used last: the others may reach the end of their time.
      const kept = this.#idle.pop();
      if (kept === undefined) return this.start(limits);
      clearTimeout(kept.timer);
      if (kept.session.isUsable) return kept.session;
      kept.session.end();
    }
  }

  #keep(session: Session): void {
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((kept) => kept.session === session),
        1,
      );
      session.end();
    }, IDLE_MS);
    timer.unref();
    this.#idle.push({ session, timer });
  }
}
