import assert from "node:assert/strict";
import { GATES } from "../../../../provider/capabilities/version-gates.js";
import { versionTable } from "../../../../tools/generate/versions.js";

describe("the table of libvirt versions", () => {
  const [, , always = "", ...rows] = versionTable().split("\n");

  it("starts with the oldest version that the tests run on", () => {
    assert.match(always, /^\| 9\.0 and later \|/);
  });

  it("has a row for every gate above that version, in the order of versions", () => {
    const versions = rows.map((row) => /(\d+\.\d+)/.exec(row)?.[1] ?? "");
    const sorted = [...versions].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    assert.deepEqual(versions, sorted);
    assert.equal(rows.length, GATES.filter(({ from }) => from !== "9.0.0").length);
  });

  it("says of what newer versions refuse that it works before them", () => {
    const refused = GATES.filter(({ from }) => from === undefined);
    assert.equal(rows.filter((row) => row.startsWith("| before ")).length, refused.length);
  });
});
