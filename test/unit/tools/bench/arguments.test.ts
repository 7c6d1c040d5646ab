import assert from "node:assert/strict";
import { orderOf, UsageError } from "../../../../tools/bench/arguments.js";
import { tasksOf, WORKLOADS } from "../../../../tools/bench/workloads.js";

describe("the arguments of the bench", () => {
  const named = (...words: string[]) => orderOf(words).workloads.map(({ name, rounds }) => `${name} ${rounds}`);

  it("choose everything, if there are none", () => {
    assert.deepEqual(orderOf([]), { workloads: WORKLOADS, complete: true });
  });

  it("choose a size, a short run, or some workloads; such a run is not complete", () => {
    assert.deepEqual(named("100"), ["off-100 3"]);
    assert.deepEqual(named("--quick"), ["off-20 2"]);
    assert.deepEqual(named("--only", "ssh-20,one-500"), ["ssh-20 2", "one-500 1"]);
    for (const words of [["100"], ["--quick"], ["--only", "ssh-20"]]) assert.equal(orderOf(words).complete, false);
  });

  it("choose the number of rounds", () => {
    assert.deepEqual(named("100", "--rounds", "7"), ["off-100 7"]);
    assert.ok(named("--rounds", "1").every((one) => one.endsWith(" 1")));
  });

  for (const [words, message] of [
    [["0"], 'N is a number from 1 to 500, not "0".'],
    [["501"], 'N is a number from 1 to 500, not "501".'],
    [["many"], 'N is a number from 1 to 500, not "many".'],
    [["20", "30"], "Choose one of N, --quick and --only."],
    [["--quick", "--only", "ssh-20"], "Choose one of N, --quick and --only."],
    [["--only", "off-7"], 'There is no workload "off-7".'],
    [["--rounds", "x"], '--rounds is a number from 1 to 20, not "x".'],
  ] as const) {
    it(`refuse ${words.join(" ")}`, () => {
      assert.throws(() => orderOf(words), new UsageError(message));
    });
  }

  it("refuse an unknown option", () => {
    assert.throws(() => orderOf(["--fast"]), UsageError);
  });
});

describe("the workloads of the bench", () => {
  it("have names of their own", () => {
    assert.equal(new Set(WORKLOADS.map(({ name }) => name)).size, WORKLOADS.length);
  });

  it("have a domain for each snapshot, or one for all", () => {
    const workload = { name: "x", title: "x", snapshots: 2, phases: ["up"], rounds: 1 } as const;
    assert.deepEqual(tasksOf({ ...workload, domains: "off" }, ["a", "b", "c"]), [
      { domain: "a", snapshot: "bench" },
      { domain: "b", snapshot: "bench" },
    ]);
    assert.deepEqual(tasksOf({ ...workload, domains: "one" }, ["a", "b"]), [
      { domain: "a", snapshot: "bench-1" },
      { domain: "a", snapshot: "bench-2" },
    ]);
  });
});
