import assert from "node:assert/strict";
import { mib } from "../../../provider/schema/size.js";

describe("a size in MiB", () => {
  it("is rounded down, so that free space is never overstated", () => {
    assert.equal(mib(96 * 1024 * 1024), "96 MiB");
    assert.equal(mib(96 * 1024 * 1024 - 1), "95 MiB");
    assert.equal(mib(0), "0 MiB");
  });
});
