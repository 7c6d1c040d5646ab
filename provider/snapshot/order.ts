/**
 * One operation at a time on one domain, in the order they were asked for: libvirt would let a second one wait 30
 * seconds and then fail, and would serve shorter waits in any order.
 */
const tails = new Map<string, Promise<void>>();

export async function inOrder<T>(key: string, operation: () => Promise<T>): Promise<T> {
  const before = tails.get(key);
  const running = before === undefined ? operation() : before.then(operation);
  const tail = running.then(
    () => undefined,
    () => undefined,
  );
  tails.set(key, tail);
  try {
    return await running;
  } finally {
    if (tails.get(key) === tail) tails.delete(key);
  }
}
