import assert from "node:assert/strict";
import { XMLValidator } from "fast-xml-parser";
import { draw } from "../../../../tools/picture/draw.js";
import type { Recording } from "../../../../tools/picture/recording.js";

const recording: Recording = {
  domain: "vm <1>",
  libvirtVersion: "9.0.0",
  before: [
    { name: 'a & "b"', creationTime: "2026-11-28T10:00:00Z", state: "running", isCurrent: false },
    { name: "c", parent: 'a & "b"', creationTime: "2026-11-28T10:00:01Z", state: "paused", isCurrent: true },
  ],
  after: [
    { name: 'a & "b"', creationTime: "2026-11-28T10:00:00Z", state: "running", isCurrent: true },
    { name: "c", parent: 'a & "b"', creationTime: "2026-11-28T10:00:01Z", state: "paused", isCurrent: false },
  ],
};

describe("the picture of a revert", () => {
  it("is XML, whatever the names", () => {
    assert.equal(XMLValidator.validate(draw(recording)), true);
  });

  it("names every snapshot, its time and state, and the VM", () => {
    const svg = draw(recording);
    for (const text of ["a &amp; &quot;b&quot;", "10:00:01 · paused", "vm &lt;1>", "libvirt 9.0.0"]) {
      assert.ok(svg.includes(text), text);
    }
  });

  it("has a line for each parent, one to the VM, and one way back, which ends at the snapshot that is current afterwards", () => {
    const svg = draw(recording);
    assert.equal(svg.match(/class="line"/g)?.length, 2);
    const ways = (text: string) => [...text.matchAll(/class="back" d="([^"]+)"/g)].map(([, way]) => way);
    assert.equal(ways(svg).length, 1);
    assert.notDeepEqual(ways(svg), ways(draw({ ...recording, after: recording.before })));
  });
});
