import assert from "node:assert/strict";
import { info } from "../../../../provider/hypervisor/notice.js";
import type { SnapshotDocument } from "../../../../provider/hypervisor/results.js";
import { UNKNOWN } from "../../../../provider/schema/unknown.js";
import { decideCreate } from "../../../../provider/snapshot/create/decide.js";
import type { CreateFacts } from "../../../../provider/snapshot/create/look.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { createLines, missingDomainLine } from "../../../../provider/snapshot/preview/create-lines.js";
import { memoryFile, type Surroundings } from "../../../../provider/snapshot/preview/surroundings.js";
import type { DomainXml } from "../../../../provider/xml/domain.js";
import { HOST } from "../../hypervisor/fake-hypervisor.js";
import { disk, off, running } from "../../capabilities/domains.js";
import { UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a" };

type Found = Partial<CreateFacts & Surroundings>;

function lines(definition: DomainXml, found: Found = {}, inputs: Partial<SnapshotInputs> = {}) {
  const facts: CreateFacts & Surroundings = {
    domain: { uuid: UUID, name: "debian12" },
    identity: HOST,
    definition,
    state: "running",
    version: "9.0.0",
    managedSave: false,
    existing: undefined,
    memoryFileExists: false,
    untaggedImages: [],
    taggedImages: [],
    chains: [],
    jobs: [],
    ...found,
  };
  const wanted = { ...INPUTS, ...inputs };
  return createLines(wanted, facts, decideCreate(wanted, facts), facts);
}

/** An existing snapshot of that name, taken of the running domain. */
function existing(description?: string): Found {
  const document: SnapshotDocument = {
    xml: "",
    snapshot: {
      name: "a",
      state: "running",
      creationTime: 1,
      memory: { snapshot: "internal" },
      disks: [{ name: "vda", snapshot: "internal" }],
      ...(description === undefined ? {} : { description }),
    },
  };
  return { existing: document };
}

const MIB = 1024 * 1024;

/** Word for word; all of them are warnings. */
const TRANSCRIPT: [
  what: string,
  definition: DomainXml,
  found: Found,
  line: string,
  inputs?: Partial<SnapshotInputs>,
][] = [
  [
    "a create that would be refused",
    running(),
    { taggedImages: ["/i"] },
    `Taking snapshot "a" of debian12 would fail: name: the image "/i" holds a snapshot "a" that libvirt does not know. It may be someone's recovery point: choose another name. To see what it is: qemu-img info -U "/i". To have libvirt list it again: virsh snapshot-create debian12 FILE --redefine; docs/troubleshooting.md shows the FILE. Only if nobody needs it, remove it while the domain is off: qemu-img snapshot -d "a" "/i"`,
  ],
  [
    "an adoption that would be refused",
    running(),
    existing(),
    'Adopting snapshot "a" of debian12 would fail: it is not what is declared: memory is "internal", not "no"; disk vda is "internal", not "external". Declare it as it is, or choose another name.',
    { adopt: true, diskOnly: true },
  ],
  [
    "an adoption that removes the description",
    running(),
    existing("theirs"),
    'Adopting snapshot "a" of debian12 changes it: its description, "theirs", is removed, because none is declared. To keep it, declare it.',
    { adopt: true },
  ],
  [
    "an adoption that replaces the description",
    running(),
    existing("theirs"),
    'Adopting snapshot "a" of debian12 changes it: its description, "theirs", becomes "ours".',
    { adopt: true, description: "ours" },
  ],
  [
    "an adoption that replaces the description by one that is not known yet",
    running(),
    existing("theirs"),
    'Adopting snapshot "a" of debian12 changes it: its description, "theirs", is replaced by one that is not known yet.',
    { adopt: true, description: UNKNOWN },
  ],
  [
    "a block job, and how long the create waits for it",
    running(),
    { jobs: [{ disk: "vdb", kind: "Block Copy" }] },
    'Taking snapshot "a" of debian12 has to wait, for up to 600 s: disk vdb is in a block job (Block Copy). To end the job: virsh blockjob debian12 vdb --abort',
  ],
  [
    "a block job, within the limit that is set",
    running(),
    { jobs: [{ disk: "vda", kind: "Block Pull" }] },
    'Taking snapshot "a" of debian12 has to wait, for up to 5 s: disk vda is in a block job (Block Pull). To end the job: virsh blockjob debian12 vda --abort',
    { timeoutSeconds: 5 },
  ],
  [
    "file systems that are not frozen although that is preferred",
    running(),
    {},
    'Snapshot "a" of debian12 is taken without freezing its file systems (quiesce is "preferred"): the domain has no channel for a guest agent. Give it the channel org.qemu.guest_agent.0 and run qemu-guest-agent in the guest, or leave quiesce out.',
    { diskOnly: true, quiesce: "preferred" },
  ],
  [
    "memory in a managed-save image",
    off(),
    { managedSave: true },
    'Snapshot "a" of debian12 will hold only disks: the domain is off with a managed-save image, and no snapshot captures the memory in it. Start the domain first to capture its memory too.',
  ],
  [
    "less space than the memory may take",
    running(),
    { space: { file: "/images/vda", free: 63 * MIB } },
    'Snapshot "a" of debian12 may not fit: 63 MiB are free where "/images/vda" is, and the domain has 64 MiB of memory. Free some space, or use diskOnly.',
  ],
  [
    "a chain that is nearly too long",
    running(),
    { version: "11.3.0", chains: [{ target: "vda", images: 24 }] },
    'Snapshot "a" of debian12 makes the chain of disk vda 25 images long, and libvirt 11.3.0 starts no domain with more than 25 images in the chain of a disk. Delete external snapshots that you no longer need, which merges their overlays.',
    { diskOnly: true },
  ],
  [
    "a chain that is too long",
    running(),
    { version: "11.3.0", chains: [{ target: "vda", images: 25 }] },
    'Taking snapshot "a" of debian12 would fail: disks: the chain of disk vda has 25 images already, and libvirt 11.3.0 starts no domain with more than 25 images in the chain of a disk. Delete external snapshots that you no longer need, which merges their overlays, upgrade the host to libvirt 12.0, or take an internal snapshot.',
    { diskOnly: true },
  ],
  [
    "an overlay that everyone on another machine will be able to read",
    off(),
    { version: "11.9.0", unseenOverlay: "/images/vda.a" },
    'Snapshot "a" of debian12 creates the overlay "/images/vda.a", and libvirt 11.9.0 creates the overlays of a domain that is off readable for everyone on the host (CVE-2025-13193), unless its distribution corrected that. Give the overlay the mode of the image below it (chmod), or upgrade the host to libvirt 11.10 or later.',
    { diskOnly: true },
  ],
];

describe("the lines of a preview before a create", () => {
  for (const [what, definition, found, text, inputs] of TRANSCRIPT) {
    it(`report ${what}`, () => {
      assert.deepEqual(lines(definition, found, inputs), [{ severity: "warning", text }]);
    });
  }

  const silent: [what: string, definition: DomainXml, found?: Found, inputs?: Partial<SnapshotInputs>][] = [
    ["nothing is in the way", running()],
    ["there is just enough space", running(), { space: { file: "/images/vda", free: 64 * MIB } }],
    ["it is adopted and is as declared", off(), { managedSave: true, ...existing() }, { adopt: true }],
    [
      "it is adopted and is described as declared",
      off(),
      existing("ours"),
      { adopt: true, description: "ours" },
    ],
    ["it is adopted and is not described yet", off(), existing(), { adopt: true, description: "ours" }],
    ["an agent will freeze", running({ agent: "connected" }), {}, { diskOnly: true, quiesce: "preferred" }],
    ["there is nothing to freeze", off(), {}, { diskOnly: true, quiesce: "preferred" }],
    [
      "this libvirt keeps overlays private",
      off(),
      { version: "11.10.0", unseenOverlay: "/o" },
      { diskOnly: true },
    ],
    ["a running domain has an old managed-save image", running(), { managedSave: true }],
  ];
  for (const [what, definition, found, inputs] of silent) {
    it(`are none when ${what}`, () => assert.deepEqual(lines(definition, found, inputs), []));
  }
});

describe("a domain that the host does not have", () => {
  it("is information, because the program itself may define it", () => {
    assert.deepEqual(
      missingDomainLine(INPUTS, "It lists none."),
      info(
        'The host has no domain "debian12" now. Unless this program defines it, no snapshot of it can be taken. It lists none.',
      ),
    );
  });
});

describe("the file that the memory goes into", () => {
  const where = (definition: DomainXml, inputs: Partial<SnapshotInputs> = {}) =>
    memoryFile(definition, { ...INPUTS, ...inputs });

  it("is the first image, or the file that is named", () => {
    assert.equal(where(running({ disks: [disk("vda", { readonly: true }), disk("vdb")] })), "/images/vdb");
    assert.equal(where(running(), { memory: { snapshot: "external", file: "/m" } }), "/m");
  });

  it("is absent if no memory is captured", () => {
    assert.equal(where(off()), undefined);
    assert.equal(where(running(), { diskOnly: true }), undefined);
  });
});
