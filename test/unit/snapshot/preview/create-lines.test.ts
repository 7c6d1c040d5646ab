import assert from "node:assert/strict";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import {
  memoryGoesInto,
  preflightLines,
  type Prospect,
} from "../../../../provider/snapshot/preview/create-lines.js";
import { UNKNOWN } from "../../../../provider/schema/unknown.js";
import type { DomainXml } from "../../../../provider/xml/domain.js";
import { disk, off, running } from "../../capabilities/domains.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a" };

function lines(definition: DomainXml, found: Partial<Prospect> = {}, inputs: Partial<SnapshotInputs> = {}) {
  const prospect = { definition, managedSave: false, jobs: [], ...found };
  return preflightLines({ ...INPUTS, ...inputs }, prospect);
}

const MIB = 1024 * 1024;

/** Word by word; all of them warnings. */
const TRANSCRIPT: [
  what: string,
  definition: DomainXml,
  found: Partial<Prospect>,
  line: string,
  inputs?: Partial<SnapshotInputs>,
][] = [
  [
    "what create would refuse",
    running(),
    { refusal: { property: "disks", reason: "one is raw", remedy: "Convert it." } },
    'snapshot "a" of debian12 cannot be taken as things are now: disks: one is raw. Convert it.',
  ],
  [
    "what adopting would refuse",
    running(),
    { differences: ["memory is one", "disk vda another"] },
    'snapshot "a" of debian12 cannot be adopted as things are now: it is not what is declared: memory is one; disk vda another. Declare it as it is, or choose another name.',
  ],
  [
    "that adopting takes the description away",
    running(),
    { differences: [], description: "theirs" },
    'snapshot "a" of debian12 is adopted: its description, "theirs", is removed, for none is declared. To keep it, declare it.',
    { adopt: true },
  ],
  [
    "that adopting replaces the description",
    running(),
    { differences: [], description: "theirs" },
    'snapshot "a" of debian12 is adopted: its description, "theirs", becomes "ours".',
    { adopt: true, description: "ours" },
  ],
  [
    "that adopting replaces the description by one that is still to be known",
    running(),
    { differences: [], description: "theirs" },
    'snapshot "a" of debian12 is adopted: its description, "theirs", becomes one that is not known yet.',
    { adopt: true, description: UNKNOWN },
  ],
  [
    "a block job, and for how long it is waited for",
    running(),
    { jobs: [{ disk: "vdb", kind: "Block Copy" }] },
    'snapshot "a" of debian12 has to wait, for 600 s at most: disk vdb is in a block job (Block Copy). To end that: virsh blockjob debian12 vdb --abort',
  ],
  [
    "a block job, within the limit that is set",
    running(),
    { jobs: [{ disk: "vda", kind: "Block Pull" }] },
    'snapshot "a" of debian12 has to wait, for 5 s at most: disk vda is in a block job (Block Pull). To end that: virsh blockjob debian12 vda --abort',
    { timeoutSeconds: 5 },
  ],
  [
    "file systems that are not frozen although that is preferred",
    running(),
    {},
    'snapshot "a" of debian12 will be taken without freezing its file systems (quiesce is "preferred"): the domain has no channel for a guest agent. Give it the channel org.qemu.guest_agent.0 and run qemu-guest-agent in the guest, or leave quiesce out.',
    { diskOnly: true, quiesce: "preferred" },
  ],
  [
    "memory in a managed-save image",
    off(),
    { managedSave: true },
    'snapshot "a" of debian12 will hold disks alone: the domain is off with a managed-save image, and no snapshot captures the memory in that. Start the domain first to capture it, too.',
  ],
  [
    "less room than the memory may take",
    running(),
    { room: { file: "/images/vda", free: 63 * MIB } },
    'snapshot "a" of debian12 may not fit: 63 MiB are free where "/images/vda" is, and the domain\'s memory is 64 MiB. Free some, or use diskOnly.',
  ],
];

describe("what a preview tells of a snapshot that is to be taken", () => {
  for (const [what, definition, found, text, inputs] of TRANSCRIPT) {
    it(`is ${what}`, () => {
      assert.deepEqual(lines(definition, found, inputs), [{ severity: "warning", text }]);
    });
  }

  const silent: [
    what: string,
    definition: DomainXml,
    found?: Partial<Prospect>,
    inputs?: Partial<SnapshotInputs>,
  ][] = [
    ["nothing is in the way", running()],
    ["there is just room enough", running(), { room: { file: "/images/vda", free: 64 * MIB } }],
    ["it is adopted and is as declared", off(), { managedSave: true, differences: [] }],
    [
      "it is adopted and is described as declared",
      off(),
      { differences: [], description: "ours" },
      { adopt: true, description: "ours" },
    ],
    [
      "it is adopted and is not described yet",
      off(),
      { differences: [] },
      { adopt: true, description: "ours" },
    ],
    ["an agent will freeze", running({ agent: "connected" }), {}, { diskOnly: true, quiesce: "preferred" }],
    ["there is nothing to freeze", off(), {}, { diskOnly: true, quiesce: "preferred" }],
    ["a running domain has an old managed-save image", running(), { managedSave: true }],
  ];
  for (const [what, definition, found, inputs] of silent) {
    it(`is nothing when ${what}`, () => assert.deepEqual(lines(definition, found, inputs), []));
  }
});

describe("the file that the memory goes into", () => {
  const where = (definition: DomainXml, inputs: Partial<SnapshotInputs> = {}) =>
    memoryGoesInto(definition, { ...INPUTS, ...inputs });

  it("is the first image, or the file that is named", () => {
    assert.equal(where(running({ disks: [disk("vda", { readonly: true }), disk("vdb")] })), "/images/vdb");
    assert.equal(where(running(), { memory: { snapshot: "external", file: "/m" } }), "/m");
  });

  it("is none where no memory is captured", () => {
    assert.equal(where(off()), undefined);
    assert.equal(where(running(), { diskOnly: true }), undefined);
  });
});
