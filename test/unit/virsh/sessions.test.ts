import assert from "node:assert/strict";
import { Sessions } from "../../../provider/virsh/sessions.js";
import { begin, LIMITS } from "./begin-session.js";

describe("the sessions of a connection", () => {
  const LIMIT = { most: 2, patienceMs: 10_000 };
  it("are opened as they are needed, at most so many, and used again", async () => {
    let started = 0;
    const sessions = new Sessions(() => {
      started += 1;
      return begin();
    }, LIMIT);
    const ask = () => sessions.ask([{ args: ["list", "--all", "--name"] }], LIMITS, "read");
    await ask();
    await ask();
    assert.equal(started, 1);
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    assert.equal(started, 2);
    for (const answer of answers)
      assert.equal(answer !== undefined && "played" in answer && answer.played[0]?.end.stdout, "test\n");
    sessions.end();
  });

  it("do not take a word that a line cannot carry with certainty", async () => {
    const sessions = new Sessions(() => assert.fail("started"), LIMIT);
    for (const word of ["a\tb", "a\nb", "\u001b[A", "\u0085", "\ud800"])
      assert.equal(await sessions.ask([{ args: ["echo", word] }], LIMITS, "change"), undefined);
  });
});
