import assert from "node:assert/strict";
import { adoptionLines, changeLines } from "../../../provider/domain/preview.js";

describe("what a preview tells of a domain's change", () => {
  const rows = [
    [
      true,
      true,
      "running",
      /^The changed definition of vm takes effect at its next boot; it is running now\./,
    ],
    [true, true, "paused", /at its next boot; it is paused now\./],
    [
      true,
      true,
      "shut off",
      /^The changed definition of vm takes effect now: vm is off, and this update starts it\.$/,
    ],
    [
      true,
      false,
      "shut off",
      /^The changed definition of vm takes effect at its next start; it is off now\.$/,
    ],
    [
      true,
      false,
      "running",
      /at its next start: vm is running, and this update shuts it down, .* after 5 s\.$/,
    ],
    [false, true, "running", undefined],
    [false, true, "shut off", /^vm is off, and this update starts it\.$/],
    [false, false, "running", /^vm is running, and this update shuts it down, .* after 5 s\.$/],
    [false, false, "shut off", undefined],
  ] as const;
  for (const [xmlChanges, running, state, expected] of rows) {
    it(`${xmlChanges ? "new" : "same"} XML, running: ${running}, and it is ${state}`, () => {
      const lines = changeLines({ name: "vm", xmlChanges, running, shutdownTimeoutSeconds: 5 }, state);
      assert.equal(lines.length, expected === undefined ? 0 : 1);
      if (expected !== undefined) assert.match(lines[0] ?? "", expected);
    });
  }

  it("one that is taken over: that its definition is replaced, and when that takes effect", () => {
    const asked = { name: "vm", uuid: "bcfa3df3", running: true, shutdownTimeoutSeconds: 5 };
    assert.deepEqual(adoptionLines(asked, "shut off"), [
      "vm exists (bcfa3df3) and is taken over: its definition is replaced by this one.",
      "The changed definition of vm takes effect now: vm is off, and this update starts it.",
    ]);
  });
});
