import assert from "node:assert/strict";
import { median, spread } from "../../../../tools/bench/statistics.js";

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

describe("the spread", () => {
  it("is half of the distance from the least to the greatest, as a part of the median", () => {
    assert.equal(spread([90, 100, 130]), 0.2);
  });

  it("of a single value is 0", () => {
    assert.equal(spread([7]), 0);
  });
});
