import assert from "node:assert/strict";
import {
  aligned,
  failures,
  growth,
  logins,
  memory,
  processes,
  times,
} from "../../../../tools/bench/tables.js";
import { contender, results, workload } from "./results.js";

const off20 = workload("off-20", {
  ours: contender({ preview: [900, 1000, 1300], up: [2000] }, { virsh: 4, qemuImg: 60 }),
  other: contender({ up: [3000] }, { virsh: 20, qemuImg: 0 }),
});

describe("the tables of the bench", () => {
  it("put the times of the others beside those of the first, as multiples", () => {
    assert.deepEqual(times(off20), {
      head: ["", "ours", "other"],
      rows: [
        ["preview", "1.00 s ±20 %", "–"],
        ["up", "2.00 s", "3.00 s, 1.50 ×"],
      ],
    });
  });

  it("count the processes of each phase", () => {
    assert.deepEqual(processes(off20), {
      head: ["", "ours", "other"],
      rows: [
        ["preview", "4 + 60", "–"],
        ["up", "4 + 60", "20 + 0"],
      ],
    });
  });

  it("leave out what was not counted, and who was not", () => {
    assert.equal(logins(off20), undefined);
    const counted = workload("ssh-20", {
      ours: contender({ up: [1] }, { logins: 0 }),
      other: contender({ up: [1] }),
    });
    assert.deepEqual(logins(counted), { head: ["", "ours"], rows: [["up", "0"]] });
    assert.equal(processes(counted), undefined);
  });

  it("leave out a contender that failed before its first phase ended, and say so", () => {
    const failed = { ...contender({}), failed: "preview: no answer" };
    const of = workload("off-20", { ours: contender({ up: [1000] }), other: failed });
    assert.deepEqual(times(of).head, ["", "ours"]);
    assert.deepEqual(failures(of), ["other failed in preview: no answer"]);
  });

  it("show the memory of those that were observed", () => {
    const of = workload("one-500", {
      ours: { ...contender({}), memory: 91.6 },
      other: contender({}),
    });
    assert.deepEqual(memory(of)?.rows, [["ours", "92 MiB"]]);
    assert.equal(memory(off20), undefined);
  });

  it("show how times grow, if more than one size was measured", () => {
    const of = (name: string, time: number) => workload(name, { "pulumi-virsh": contender({ up: [time] }) });
    const grown = growth(results(of("off-20", 1000), of("one-200", 5), of("off-50", 2000)));
    assert.deepEqual(
      grown?.rows.map(([size, , up]) => [size, up]),
      [
        ["20", "1.00 s"],
        ["50", "2.00 s"],
      ],
    );
    assert.equal(growth(results(of("off-20", 1000))), undefined);
  });

  it("are Markdown with columns of equal width", () => {
    const text = aligned({ head: ["", "ours"], rows: [["preview", "1.00 s"]] });
    assert.deepEqual(text.split("\n"), [
      "|         | ours   |",
      "| ------- | ------ |",
      "| preview | 1.00 s |",
    ]);
  });
});
