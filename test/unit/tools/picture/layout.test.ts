import assert from "node:assert/strict";
import { currentOf, places } from "../../../../tools/picture/layout.js";
import type { Recorded } from "../../../../tools/picture/recording.js";

function snapshot(name: string, second: number, parent?: string, isCurrent = false): Recorded {
  const creationTime = `2026-11-28T10:00:0${second}Z`;
  return { name, creationTime, state: "running", isCurrent, ...(parent === undefined ? {} : { parent }) };
}

const tree = [snapshot("b", 3, "a"), snapshot("a", 1), snapshot("c", 2, "a", true), snapshot("d", 4, "b")];

describe("the places of snapshots in the picture", () => {
  it("have a column for each step from the root, and a row for each leaf, the oldest first", () => {
    const placed = places(tree).map(({ snapshot: { name }, column, row }) => [name, column, row]);
    assert.deepEqual(placed, [
      ["a", 0, 0],
      ["c", 1, 0],
      ["b", 1, 1],
      ["d", 2, 1],
    ]);
  });

  it("include that of the current snapshot", () => {
    assert.equal(currentOf(places(tree), tree).snapshot.name, "c");
  });

  it("are an error where no snapshot is current", () => {
    assert.throws(() => currentOf(places(tree), [snapshot("a", 1)]), /has no current snapshot/);
  });
});
