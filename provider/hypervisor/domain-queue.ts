/**
 * One operation at a time on one domain, and on one file that an operation writes, in the order they were asked for:
 * libvirt would let a second one on a domain wait 30 seconds and then fail, serve shorter waits in any order, and let
 * two domains write one file.
 */
export class DomainQueue {
  readonly #queues = new Map<string, { tail: Promise<void>; waiting: number }>();

  /** Runs `operation` when it is its turn among those of the same `key`. */
  async inTurn<T>(key: string, operation: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? { tail: Promise.resolve(), waiting: 0 };
    this.#queues.set(key, queue);
    queue.waiting += 1;
    const running = queue.tail.then(() => {
      queue.waiting -= 1;
      return operation();
    });
    const tail = running.then(
      () => undefined,
      () => undefined,
    );
    queue.tail = tail;
    try {
      return await running;
    } finally {
      if (queue.tail === tail) this.#queues.delete(key);
    }
  }

  /** Runs `operation` when it is its turn for all of `keys`. Taken in one order by all, so that no two wait for each other. */
  inTurns<T>(keys: readonly string[], operation: () => Promise<T>): Promise<T> {
    return [...new Set(keys)]
      .sort()
      .reduceRight<() => Promise<T>>((inner, key) => () => this.inTurn(key, inner), operation)();
  }

  /** Whether another operation waits for its turn behind the one that runs now. */
  othersWait(key: string): boolean {
    return (this.#queues.get(key)?.waiting ?? 0) > 0;
  }
}
