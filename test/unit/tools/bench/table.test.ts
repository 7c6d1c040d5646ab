import assert from "node:assert/strict";
import { median, table, type Results } from "../../../../tools/bench/table.js";

describe("the table of the bench", () => {
  it("puts the times of the others beside those of the first, as multiples", () => {
    const results: Results = new Map([
      ["ours", { preview: { times: [900, 1000, 5000], processes: 0 }, up: { times: [2000], processes: 7 } }],
      ["other", { up: { times: [3000], processes: 3 } }],
    ]);
    const [head, rule, preview, up, noChange, ...others] = table(results).split("\n");
    assert.equal(head, "|               | ours            | other                    |");
    assert.equal(rule, "| ------------- | --------------- | ------------------------ |");
    assert.equal(preview, "| preview       | 1.00 s, 0 virsh | –                        |");
    assert.equal(up, "| up            | 2.00 s, 7 virsh | 3.00 s = 1.50 ×, 3 virsh |");
    assert.equal(noChange, "| up, no change | –               | –                        |");
    assert.equal(others.length, 3);
  });
});

describe("the median", () => {
  for (const [numbers, expected] of [
    [[3], 3],
    [[9, 1, 3], 3],
    [[10, 1, 9, 3], 6],
  ] as const) {
    it(`of ${numbers.join(", ")} is ${expected}`, () => {
      assert.equal(median(numbers), expected);
    });
  }
});
