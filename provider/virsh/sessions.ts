import type { Limits } from "./process.js";
import type { Line } from "./script.js";
import type { Session } from "./session.js";
import { isCarried, type Answer } from "./session.js";

/** An idle session is ended after this time, so that a program that lives for long holds no connection that it does not use. */
const IDLE_MS = 5_000;

/**
 * The sessions of one connection, each lent to one caller at a time. Only as many are opened as are needed at once:
 * every one is a login where the connection is made through ssh.
 */
export class Sessions {
  readonly #idle: { session: Session; timer: NodeJS.Timeout }[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #used = new Set<Session>();
  #lent = 0;
  #ended = false;

  constructor(
    private readonly start: () => Promise<Session>,
    private readonly most: number,
  ) {}

  /** Carries out the lines in one session. `undefined` where they cannot be sent through one: nothing was sent. */
  async ask<L extends Line>(lines: readonly L[], limits: Limits): Promise<Answer<L> | undefined> {
    if (this.most === 0 || !lines.every(({ args }) => args.every(isCarried))) return undefined;
    if (!(await this.#turn(limits))) return { lost: "timeout" };
    let session: Session | undefined;
    try {
      if (this.#ended) return undefined;
      session = await this.#take();
      this.#used.add(session);
      return await session.ask(lines, limits);
    } finally {
      if (session !== undefined) this.#used.delete(session);
      if (session?.isUsable === true) this.#keep(session);
      this.#lent -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all sessions, also those in use, for good: from now on nothing is sent through one. */
  end(): void {
    this.#ended = true;
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      session.end();
    }
    for (const session of this.#used) session.end();
  }

  /** Waits until a session can be had. `false`: not within the time limit. */
  async #turn(limits: Limits): Promise<boolean> {
    const deadline = performance.now() + limits.remaining();
    while (this.#lent >= this.most) {
      const left = deadline - performance.now();
      if (left < 1) return false;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(
          () => {
            this.#waiting.splice(this.#waiting.indexOf(wake), 1);
            resolve();
          },
          Math.min(left, 2 ** 31 - 1),
        );
        this.#waiting.push(wake);
      });
    }
    this.#lent += 1;
    return true;
  }

  async #take(): Promise<Session> {
    for (;;) {
      // The one that was used last: the others may reach the end of their time.
      const kept = this.#idle.pop();
      if (kept === undefined) return this.start();
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
