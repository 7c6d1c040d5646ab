/**
 * One operation at a time on one domain, in the order they were asked for: libvirt would let a second one wait 30
 * seconds and then fail, and would serve shorter waits in any order.
 */
const queues = new Map<string, { tail: Promise<void>; waiting: number }>();

export async function inOrder<T>(key: string, operation: () => Promise<T>): Promise<T> {
  const queue = queues.get(key) ?? { tail: Promise.resolve(), waiting: 0 };
  queues.set(key, queue);
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
    if (queue.tail === tail) queues.delete(key);
  }
}

/** Whether more is asked of `key` behind what runs now. */
export function othersWait(key: string): boolean {
  return (queues.get(key)?.waiting ?? 0) > 0;
}
