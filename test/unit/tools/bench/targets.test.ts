import assert from "node:assert/strict";
import { TARGETS, targetRows } from "../../../../tools/bench/targets.js";
import { WORKLOADS } from "../../../../tools/bench/workloads.js";
import { contender, results, workload } from "./results.js";

describe("the targets of the bench", () => {
  const row = (of: ReturnType<typeof results>, what: string) =>
    targetRows(of).find(([name]) => name === what)?.slice(1);

  it("compare medians, and say whether the target is reached", () => {
    const of = (time: number) =>
      results(
        workload("off-20", {
          "pulumi-virsh": contender({ up: [1, time, 9999] }),
          "@pulumi/command": contender({ up: [1000] }),
        }),
      );
    const what = "up, 20 domains ÷ @pulumi/command";
    assert.deepEqual(row(of(1300), what), ["≤ 1.30 ×", "1.30 ×", "yes"]);
    assert.deepEqual(row(of(1310), what), ["≤ 1.30 ×", "1.31 ×", "no"]);
  });

  it("add up the logins of all phases", () => {
    const phases = { preview: [1], up: [1], refresh: [1], destroy: [1] };
    const of = results(workload("ssh-20", { "pulumi-virsh": contender(phases, { logins: 3 }) }));
    const what = "ssh logins in preview, up, refresh and destroy, 20 domains";
    assert.deepEqual(row(of, what), ["≤ 12", "12", "yes"]);
  });

  it("compare the memory with that of a host that does nothing", () => {
    const memory = (mebibytes: number) => ({ ...contender({}), memory: mebibytes });
    const of = results(workload("one-500", { "pulumi-virsh": memory(130), floor: memory(100) }));
    assert.deepEqual(row(of, "memory of the provider for 500 resources − floor"), [
      "≤ 20 MiB",
      "30 MiB",
      "no",
    ]);
  });

  it("are neither reached nor missed where nothing was measured", () => {
    for (const [, , measured, reached] of targetRows(results()))
      assert.deepEqual([measured, reached], ["not measured", "–"]);
  });

  it("are all measured by a complete run", () => {
    const phases = { preview: [1], up: [1], "up, no change": [1], refresh: [1], revert: [1], destroy: [1] };
    const all = WORKLOADS.map(({ name, contenders, phases: own }) => {
      const measured = Object.fromEntries(own.map((phase) => [phase, phases[phase]]));
      const names = contenders ?? ["pulumi-virsh", "floor", "virsh in a loop", "@pulumi/command", "naive provider"];
      const of = { ...contender(measured, { virsh: 1, logins: 1 }), memory: 1 };
      return workload(name, Object.fromEntries(names.map((one) => [one, of])));
    });
    const missing = TARGETS.filter(({ measured }) => measured(results(...all)) === undefined);
    assert.deepEqual(
      missing.map(({ what }) => what),
      [],
    );
  });
});
