import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { DomainQueue } from "../../../provider/hypervisor/domain-queue.js";

/** An operation that records when it begins and ends, and ends when the test calls `end`. */
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
  let queue: DomainQueue;
  beforeEach(() => (queue = new DomainQueue()));

  it("run one at a time, in the order of their requests", async () => {
    const log: string[] = [];
    const all = ["a", "b", "c"].map((name) => operation(log, name));
    const running = all.map(({ run }) => queue.inTurn("one", run));
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
    void queue.inTurn("idle", run);
    await turn();
    assert.deepEqual(log, ["a begins"]);
    end();
  });

  it("do not wait for another domain", async () => {
    const log: string[] = [];
    const [a, b] = [operation(log, "a"), operation(log, "b")];
    const first = queue.inTurn("one", a.run);
    const second = queue.inTurn("other", b.run);
    b.end();
    assert.equal(await second, "b");
    a.end();
    await first;
    assert.deepEqual(log, ["a begins", "b begins", "b ends", "a ends"]);
  });

  it("run although the one before them failed, and only that one reports the failure", async () => {
    const log: string[] = [];
    const [a, b] = [operation(log, "a"), operation(log, "b")];
    const [first, second] = [queue.inTurn("one", a.run), queue.inTurn("one", b.run)];
    a.fail();
    b.end();
    await assert.rejects(first, /^Error: a$/);
    assert.equal(await second, "b");
    assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends"]);
  });

  it("run although the one before them failed before it did anything", async () => {
    const broken = () => Promise.reject(new Error("at once"));
    await assert.rejects(queue.inTurn("one", broken), /at once/);
    assert.equal(await queue.inTurn("one", () => Promise.resolve("after")), "after");
  });

  it("run one at a time also when one is requested after the first of two has ended", async () => {
    const log: string[] = [];
    const [a, b, c] = [operation(log, "a"), operation(log, "b"), operation(log, "c")];
    const running = [queue.inTurn("one", a.run), queue.inTurn("one", b.run)];
    a.end();
    await running[0];
    await turn();
    running.push(queue.inTurn("one", c.run));
    await turn();
    assert.equal(log.at(-1), "b begins");
    b.end();
    c.end();
    await Promise.all(running);
    assert.deepEqual(log.slice(2), ["b begins", "b ends", "c begins", "c ends"]);
  });

  it("leave nothing behind that the next one waits for", async () => {
    const log: string[] = [];
    const { run, end } = operation(log, "a");
    end();
    await queue.inTurn("one", run);
    const { run: after, end: endAfter } = operation(log, "b");
    void queue.inTurn("one", after);
    await turn();
    assert.equal(log.at(-1), "b begins");
    endAfter();
  });

  it("know whether others wait behind them on the same domain", async () => {
    const log: string[] = [];
    const [a, b] = [operation(log, "a"), operation(log, "b")];
    const seen: boolean[] = [];
    const look = async (run: () => Promise<string>) => {
      await run();
      seen.push(queue.othersWait("watched"));
    };
    const running = [queue.inTurn("watched", () => look(a.run)), queue.inTurn("watched", () => look(b.run))];
    assert.equal(queue.othersWait("another"), false);
    a.end();
    b.end();
    await Promise.all(running);
    assert.deepEqual(seen, [true, false]);
    assert.equal(queue.othersWait("watched"), false);
  });
});
