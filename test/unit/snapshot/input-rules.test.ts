import assert from "node:assert/strict";
import { check } from "../../../provider/snapshot/check.js";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { conflicts } from "../../../provider/snapshot/input-rules.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";

type Inputs = Partial<SnapshotInputs>;

const external = { memory: { snapshot: "external", file: "/m" } } as const;
const internal = { memory: { snapshot: "internal" } } as const;
const disk = (snapshot: "no" | "internal" | "external", more: object = {}) => ({
  name: "vda",
  snapshot,
  ...more,
});
const OVERLAY =
  'file, driver and type describe an overlay, but this disk gets none. Set snapshot to "external", or leave them out';

/** Rule by rule: what breaks it, the message, and similar inputs that do not break it. */
const TABLE: [broken: Inputs, property: string, message: string, allowed: Inputs[]][] = [
  [
    { memory: { snapshot: "external" } },
    "memory.file",
    "external memory needs a file. Give its absolute path on the host",
    [external, internal],
  ],
  [
    { memory: { snapshot: "internal", file: "/m" } },
    "memory.file",
    'memory.snapshot "internal" uses no file. Leave file out, or set memory.snapshot to "external"',
    [external],
  ],
  [
    { memory: { snapshot: "no", file: "/m" } },
    "memory.file",
    'memory.snapshot "no" uses no file. Leave file out, or set memory.snapshot to "external"',
    [{ memory: { snapshot: "no" } }],
  ],
  [
    { ...external, diskOnly: true },
    "memory.snapshot",
    'diskOnly captures no memory, but memory asks for "external". Leave one of them out',
    [
      { ...external, diskOnly: false },
      { memory: { snapshot: "no" }, diskOnly: true },
    ],
  ],
  [
    { ...internal, disks: [disk("external")] },
    "disks",
    'libvirt does not combine internal memory with external disks. Set memory.snapshot to "external" with a file, or use diskOnly',
    [
      { ...internal, disks: [disk("internal")] },
      { ...external, disks: [disk("external")] },
    ],
  ],
  [
    { ...external, disks: [disk("internal")] },
    "disks",
    'libvirt does not combine external memory with internal disks. Make the disks "external", or memory "internal"',
    [{ ...external, disks: [disk("no")] }],
  ],
  [
    { diskOnly: true, disks: [disk("internal")] },
    "disks",
    'diskOnly takes external snapshots, but a disk asks for "internal". Make it "external", or leave diskOnly out',
    [
      { diskOnly: true, disks: [disk("external"), { name: "vdb", snapshot: "no" }] },
      { disks: [disk("internal")] },
    ],
  ],
  [
    { disks: [{ name: "vdb", snapshot: "no" }, disk("internal", { file: "/o" })] },
    "disks[1]",
    OVERLAY,
    [{ diskOnly: true, disks: [disk("external", { file: "/o", driver: "qcow2", type: "file" })] }],
  ],
  [{ disks: [disk("no", { driver: "qcow2" })] }, "disks[0]", OVERLAY, [{ disks: [disk("no")] }]],
  [{ disks: [disk("no", { type: "block" })] }, "disks[0]", OVERLAY, []],
  [
    { disks: [disk("no"), disk("no")] },
    "disks",
    'the disk "vda" appears twice. Name it once',
    [{ disks: [disk("no"), { name: "vdb", snapshot: "no" }] }],
  ],
  [
    {
      diskOnly: true,
      disks: [disk("external", { file: "/o" }), { name: "vdb", snapshot: "external", file: "/o" }],
    },
    "disks",
    'the file "/o" appears twice. Name it once',
    [
      {
        diskOnly: true,
        disks: [disk("external", { file: "/o" }), { name: "vdb", snapshot: "external", file: "/p" }],
      },
    ],
  ],
  [
    { quiesce: "preferred" },
    "quiesce",
    "libvirt freezes file systems only for a snapshot of disks alone; one with memory does not need it. Set diskOnly, or leave quiesce out",
    [{ quiesce: "preferred", diskOnly: true }, { quiesce: "none" }],
  ],
  [
    { ...internal, live: true },
    "live",
    'the guest can keep running only while its memory goes to a file. Set memory.snapshot to "external", or leave live out',
    [
      { ...external, live: true },
      { ...internal, live: false },
    ],
  ],
  [
    { reuseExternal: true, disks: [disk("external")] },
    "reuseExternal",
    "no overlay to reuse is named. Name the files in disks, or leave reuseExternal out",
    [{ reuseExternal: true, disks: [disk("external", { file: "/o" })] }, { reuseExternal: false }],
  ],
];

function broken(inputs: Inputs) {
  return conflicts({ domain: "debian12", name: "a", ...inputs });
}

describe("inputs that are each correct", () => {
  for (const [inputs, property, message, allowed] of TABLE) {
    it(`are refused together: ${JSON.stringify(inputs)}`, () => {
      assert.deepEqual(broken(inputs), [{ property, reason: `${property}: ${message}.` }]);
    });
    for (const each of allowed) {
      it(`go together: ${JSON.stringify(each)}`, () => {
        assert.deepEqual(broken(each), []);
      });
    }
  }

  it("get a problem for each rule that they break", () => {
    const inputs: Inputs = { diskOnly: true, ...internal, live: true };
    assert.deepEqual(
      broken(inputs).map(({ property }) => property),
      ["memory.snapshot", "live"],
    );
  });

  it("break no rule while one of them is unknown", () => {
    const unknown = UNKNOWN as unknown as never;
    const halves: Inputs[] = [
      { quiesce: "required", diskOnly: unknown },
      { live: true, memory: unknown },
      { live: true, memory: { snapshot: unknown } },
      { reuseExternal: true, disks: unknown },
      { diskOnly: true, disks: [disk("internal"), { name: unknown, snapshot: "no" }] },
    ];
    for (const inputs of halves) assert.deepEqual(broken(inputs), []);
  });

  it("are checked together only after each of them is correct", () => {
    const raw = { domain: "debian12", name: "a", quiesce: "required" };
    const [, , message = ""] = TABLE.find(([, property]) => property === "quiesce") ?? [];
    assert.deepEqual(check(raw).problems, [{ property: "quiesce", reason: `quiesce: ${message}.` }]);
    assert.deepEqual(
      check({ ...raw, validate: 1 }).problems.map(({ property }) => property),
      ["validate"],
    );
  });
});
