import assert from "node:assert/strict";
import { check } from "../../../provider/snapshot/check.js";

const REQUIRED = { domain: "debian12", name: "a" };

describe("checking the parts of an input", () => {
  const PARTS: [inputs: object, property: string, reason: string][] = [
    [{ memory: {} }, "memory.snapshot", "this property is required."],
    [
      { memory: { snapshot: "manual" } },
      "memory.snapshot",
      '"manual" cannot be used: expected "no", "internal" or "external".',
    ],
    [
      { memory: { snapshot: "external", file: "m" } },
      "memory.file",
      '"m" cannot be used: the path of a file on the host must be absolute. Start it with /.',
    ],
    [
      { memory: { snapshot: "external", file: "/m\n" } },
      "memory.file",
      '"/m\\n" cannot be used: it contains a control character, or one that UTF-8 cannot encode. Remove it.',
    ],
    [
      { memory: { snapshot: "no", path: 1 } },
      "memory.path",
      "there is no such property. The properties are snapshot, file.",
    ],
    [{ disks: [{ name: "vda" }] }, "disks[0].snapshot", "this property is required."],
    [
      {
        disks: [
          { name: "vda", snapshot: "no" },
          { name: "vdb", snapshot: "external", file: "./o" },
        ],
      },
      "disks[1].file",
      '"./o" cannot be used: the path of a file on the host must be absolute. Start it with /.',
    ],
    [
      { disks: [{ name: "vda", snapshot: "external", driver: "raw" }] },
      "disks[0].driver",
      '"raw" cannot be used: expected "qcow2" or "qed".',
    ],
    [
      { disks: [{ name: "vda", snapshot: "no", colour: 1 }] },
      "disks[0].colour",
      "there is no such property. The properties are name, snapshot, file, driver, type.",
    ],
    [{ revert: { safetySnapshot: {} } }, "revert.safetySnapshot.keep", "this property is required."],
    [
      { revert: { safetySnapshot: { keep: 0 } } },
      "revert.safetySnapshot.keep",
      "0 cannot be used: expected at least 1.",
    ],
    [
      { revert: { safetySnapshot: { keep: 101 } } },
      "revert.safetySnapshot.keep",
      "101 cannot be used: expected at most 100.",
    ],
    [
      { revert: { safetySnapshot: { keep: 1, name: "s" } } },
      "revert.safetySnapshot.name",
      "there is no such property. The properties are keep.",
    ],
  ];
  for (const [inputs, property, reason] of PARTS) {
    it(`refuses ${JSON.stringify(inputs)}`, () => {
      assert.deepEqual(check({ ...REQUIRED, ...inputs }).problems, [
        { property, reason: `${property}: ${reason}` },
      ]);
    });
  }
});
