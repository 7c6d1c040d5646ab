import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { inOrder, othersWait } from "../../../provider/hypervisor/domain-queue.js";

/** An operation that notes when it begins and ends, and ends when it is told to. */
function operation(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = async (): Promise<string> => {
    log.push(`${name} begins`);
    try {
      return await promise;
    } finally {
      log.push(`${name} ends`);
    }
  };
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

describe("operations on one domain", () => {
  it("run one at a time, in the order they were asked for", async () => {
    const log: string[] = [];
    const all = ["a", "b", "c"].map((name) => operation(log, name));
    const running = all.map(({ run }) => inOrder("one", run));
    for (const { end } of [...all].reverse()) {
      end();
      await turn();
    }
    assert.deepEqual(await Promise.all(running), ["a", "b", "c"]);
    assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("begin at once when nothing else runs on the domain", async () => {
    const log: string[] = [];
    const { run, end } = operation(log, "a");
    void inOrder("idle", run);
    await turn();
    assert.deepEqual(log, ["a begins"]);
    end();
  });

  it("do not wait for another domain", async () => {
    const log: string[] = [];
    const [a, b] = [operation(log, "a"), operation(log, "b")];
    const first = inOrder("one", a.run);
    const second = inOrder("other", b.run);
    b.end();
    assert.equal(await second, "b");
    a.end();
    await first;
    assert.deepEqual(log, ["a begins", "b begins", "b ends", "a ends"]);
  });

  it("run although the one before them failed, which alone is told of it", async () => {
    const log: string[] = [];
    const [a, b] = [operation(log, "a"), operation(log, "b")];
    const [first, second] = [inOrder("one", a.run), inOrder("one", b.run)];
    a.fail();
    b.end();
    await assert.rejects(first, /^Error: a$/);
    assert.equal(await second, "b");
    assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends"]);
  });

  it("run although the one before them failed before it did anything", async () => {
    const broken = () => Promise.reject(new Error("at once"));
    await assert.rejects(inOrder("one", broken), /at once/);
    assert.equal(await inOrder("one", () => Promise.resolve("after")), "after");
  });

  it("run one at a time, too, when one is asked for after the first of two has ended", async () => {
    const log: string[] = [];
    const [a, b, c] = [operation(log, "a"), operation(log, "b"), operation(log, "c")];
    const running = [inOrder("one", a.run), inOrder("one", b.run)];
    a.end();
    await running[0];
    await turn();
    running.push(inOrder("one", c.run));
    await turn();
    assert.equal(log.at(-1), "b begins");
    b.end();
    c.end();
    await Promise.all(running);
    assert.deepEqual(log.slice(2), ["b begins", "b ends", "c begins", "c ends"]);
  });

  it("leave nothing behind for the next one to wait for", async () => {
    const log: string[] = [];
    const { run, end } = operation(log, "a");
    end();
    await inOrder("one", run);
    const { run: after, end: endAfter } = operation(log, "b");
    void inOrder("one", after);
    await turn();
    assert.equal(log.at(-1), "b begins");
    endAfter();
  });

  it("know of others that wait behind them, and only of those", async () => {
    const log: string[] = [];
    const [a, b] = [operation(log, "a"), operation(log, "b")];
    const seen: boolean[] = [];
    const look = async (run: () => Promise<string>) => {
      await run();
      seen.push(othersWait("watched"));
    };
    const running = [inOrder("watched", () => look(a.run)), inOrder("watched", () => look(b.run))];
    assert.equal(othersWait("another"), false);
    a.end();
    b.end();
    await Promise.all(running);
    assert.deepEqual(seen, [true, false]);
    assert.equal(othersWait("watched"), false);
  });
});
