import assert from "node:assert/strict";
import { Turns } from "../../../provider/virsh/turns.js";

const LONG = 60_000;

describe("the turns of those who use a session", () => {
  /** Waits until everything that can happen at once has happened. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it("leave one session for reads, which have no place to wait for that changes could keep", async () => {
    const turns = new Turns(4, LONG);
    for (let change = 0; change < 3; change += 1) assert.equal(await turns.take("change", LONG), true);
    let fourth = false;
    const waiting = turns.take("change", LONG).then((has) => (fourth = has));
    assert.equal(await turns.take("read", LONG), true);
    turns.give("read");
    await settled();
    assert.equal(fourth, false);
    turns.give("change");
    assert.equal(await waiting, true);
  });

  it("are given to changes, too, where there is only one", async () => {
    const turns = new Turns(1, LONG);
    assert.equal(await turns.take("change", LONG), true);
    const order: string[] = [];
    const next = (["read", "change", "read"] as const).map(async (purpose) => {
      await turns.take(purpose, LONG);
      order.push(purpose);
      turns.give(purpose);
    });
    turns.give("change");
    await Promise.all(next);
    assert.deepEqual(order, ["read", "change", "read"]);
  });

  it("are refused to whoever waits for too long, one after the other, and to all at their own time limit", async () => {
    const turns = new Turns(1, 20);
    await turns.take("change", LONG);
    const began = performance.now();
    const refused = Array.from({ length: 4 }, async () => {
      assert.equal(await turns.take("change", LONG), false);
      return performance.now() - began;
    });
    assert.equal(await turns.take("read", 1), false);
    const times = await Promise.all(refused);
    for (const [index, time] of times.entries()) assert.ok(time >= 20 * (index + 1) - 2, times.join());
    turns.give("change");
    assert.equal(await turns.take("change", LONG), true);
  });

  it("are refused at once where there are none", async () => {
    assert.equal(await new Turns(0, LONG).take("read", LONG), false);
  });
});
