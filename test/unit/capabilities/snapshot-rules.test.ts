import assert from "node:assert/strict";
import { missingAgent, refusalToTake } from "../../../provider/capabilities/snapshot-rules.js";
import type { Wanted } from "../../../provider/capabilities/snapshot-shape.js";
import type { DomainXml } from "../../../provider/xml/domain.js";
import { disk, off, recorded, running } from "./domains.js";

const two = { disks: [disk("vda"), disk("vdb")] };
const raw = { disks: [disk("vda", { driver: "raw" })] };
const DISKS = "Leave disks out, or use diskOnly, which takes external snapshots.";
const RAW =
  "Convert the disk to qcow2 (qemu-img convert -O qcow2), or use diskOnly, which works on raw disks.";
const NAMES = "takes internal snapshots of a running domain only with names made of A-Z a-z 0-9 . _ -";
const OTHER_NAME = 'Use another name, for example "instantanea1", or take an external snapshot.';
const PASSED = ["hostdev pci", "hostdev mdev", "interface hostdev", "shmem"];
const COMMA = "Choose a name and a file without a comma, or start the domain first.";

type Case = [domain: DomainXml, wanted: Partial<Wanted>, version?: string];
const memory = (snapshot: "no" | "internal" | "external") => ({ memory: { snapshot } });
const internal = (name: string) => ({ name, snapshot: "internal" as const });
const taking = (...names: string[]) => ({ disks: names.map(internal) });

/** Rule by rule: what is refused and how, and similar cases that are not. */
const TABLE: [
  what: string,
  refused: Case,
  words: [property: string, reason: string, remedy: string],
  allowed: Case[],
][] = [
  [
    "a disk that is not there",
    [off(two), taking("vdz")],
    ["disks", 'there is no disk "vdz"', "The domain has vda, vdb."],
    [[off(two), taking("/images/vda", "vdb")]],
  ],
  [
    "a disk that is named by its target and by its image",
    [off(two), taking("vdb", "/images/vdb")],
    ["disks", '"vdb" and "/images/vdb" are the same disk', "Name it once."],
    [[off(two), taking("/images/vda", "vdb")]],
  ],
  [
    "a disk of a domain that has none",
    [off({ disks: [] }), taking("vda")],
    ["disks", 'there is no disk "vda"', "The domain has no disks."],
    [],
  ],
  [
    "memory of a domain that is off",
    [off(), memory("external")],
    ["memory", "the domain is off and has no memory to capture", "Start it first, or leave memory out."],
    [
      [running(), memory("external")],
      [off(), memory("no")],
    ],
  ],
  [
    "quiescing a domain that is off",
    [off({ agent: "disconnected" }), { diskOnly: true, quiesce: "required" }],
    [
      "quiesce",
      "the domain is off, so no guest agent can answer",
      "Leave quiesce out: the disks of a domain that is off are consistent.",
    ],
    [
      [off(), { diskOnly: true, quiesce: "preferred" }],
      [running({ agent: "connected" }), { diskOnly: true, quiesce: "required" }],
    ],
  ],
  [
    "live while off",
    [off(), { live: true, halt: true }],
    ["live", "the domain is off, and libvirt would ignore it", "Leave it out."],
    [
      [off(), { live: false }],
      [running(), { ...memory("external"), live: true }],
    ],
  ],
  [
    "halt while off",
    [off(), { halt: true }],
    ["halt", "the domain is off, and libvirt would ignore it", "Leave it out."],
    [
      [off(), { halt: false }],
      [running(), { halt: true }],
    ],
  ],
  [
    "nothing at all",
    [off(), { diskOnly: true, disks: [{ name: "vda", snapshot: "no" }] }],
    ["disks", "there is nothing to capture", "Capture at least one disk, or the memory."],
    [
      [off(two), { diskOnly: true, disks: [{ name: "vda", snapshot: "no" }] }],
      [running(), { ...memory("external"), disks: [{ name: "vda", snapshot: "no" }] }],
    ],
  ],
  [
    "an internal snapshot without a disk",
    [off(two), { disks: [{ name: "vdb", snapshot: "no" }] }],
    ["disks", 'an internal snapshot captures every writable disk, but vdb ("no") would be left out', DISKS],
    [[off(two), { diskOnly: true, disks: [{ name: "vdb", snapshot: "no" }] }]],
  ],
  [
    "an internal snapshot with an external disk",
    [running(two), { disks: [{ name: "vda", snapshot: "external" }] }],
    [
      "disks",
      'an internal snapshot captures every writable disk, but vda ("external") would be left out',
      DISKS,
    ],
    [[running(two), taking("vda")]],
  ],
  [
    "an internal snapshot where the domain itself leaves disks out",
    [
      off({ disks: [disk("vda"), disk("vdb", { snapshot: "no" }), disk("vdc", { snapshot: "external" })] }),
      {},
    ],
    [
      "disks",
      'an internal snapshot captures every writable disk, but vdb ("no"), vdc ("external") would be left out',
      DISKS,
    ],
    [[off({ disks: [disk("vda"), disk("vdb", { snapshot: "no", readonly: true })] }), {}]],
  ],
  [
    "an external snapshot with an internal disk",
    [running(two), { ...memory("external"), disks: [{ name: "vdb", snapshot: "internal" }] }],
    [
      "disks",
      'an external snapshot cannot include internal disks: vdb ("internal")',
      'Make the disk "external" or "no".',
    ],
    [
      [running(two), { ...memory("external"), disks: [{ name: "vdb", snapshot: "external" }] }],
      [running(two), { ...memory("external"), disks: [{ name: "vdb", snapshot: "no" }] }],
    ],
  ],
  [
    "an internal snapshot of a raw image",
    [recorded("12.8.0/domain-running-raw"), {}, "12.8.0"],
    ["disks", "internal snapshots need qcow2 images, but disk vda is raw", RAW],
    [
      [off(raw), { diskOnly: true }],
      [running(raw), memory("external")],
    ],
  ],
  [
    "an internal snapshot of several raw images",
    [off({ disks: [...raw.disks, disk("vdb", { driver: "raw" }), disk("vdc")] }), {}],
    ["disks", "internal snapshots need qcow2 images, but disks vda (raw), vdb (raw) are not", RAW],
    [],
  ],
  [
    "an overlay whose name has a comma, while off",
    [off(), { name: "a,b", diskOnly: true }],
    [
      "disks",
      'while the domain is off, libvirt records an overlay with a comma in its path ("/images/vda.a,b") incorrectly',
      COMMA,
    ],
    [
      [running(), { name: "a,b", diskOnly: true }],
      [off(), { name: "a,b" }],
      [
        off(),
        { name: "a,b", diskOnly: true, disks: [{ name: "vda", snapshot: "external", file: "/images/o" }] },
      ],
    ],
  ],
  [
    "an overlay whose file has a comma, while off",
    [off(), { diskOnly: true, disks: [{ name: "vda", snapshot: "external", file: "/o,1" }] }],
    [
      "disks",
      'while the domain is off, libvirt records an overlay with a comma in its path ("/o,1") incorrectly',
      COMMA,
    ],
    [[running(), { diskOnly: true, disks: [{ name: "vda", snapshot: "external", file: "/o,1" }] }]],
  ],
  [
    "disks alone inside a running domain's images",
    [running(), memory("no")],
    [
      "memory",
      "an internal snapshot of a running domain includes its memory",
      "Leave memory out, or use diskOnly.",
    ],
    [
      [running(), { ...memory("no"), diskOnly: true }],
      [off(), memory("no")],
    ],
  ],
  [
    "memory beside devices of the host",
    [running({ passthrough: recorded("9.0.0/domain-passthrough").passthrough }), {}],
    [
      "memory",
      `the memory of a domain with ${PASSED.join(", ")} cannot be captured`,
      "Use diskOnly, or stop the domain first.",
    ],
    [
      [running({ passthrough: PASSED }), { diskOnly: true }],
      [off({ passthrough: PASSED }), {}],
    ],
  ],
  [
    "an internal snapshot with UEFI on 9.0",
    [recorded("9.0.0/domain-uefi-running"), {}, "9.0.0"],
    [
      "domain",
      "libvirt 9.0.0 cannot take an internal snapshot of a domain with UEFI firmware",
      "Use diskOnly, or upgrade the host: libvirt 9.3 can while the domain is off, 10.9 while it runs.",
    ],
    [
      [recorded("9.0.0/domain-uefi-running"), { diskOnly: true }, "9.0.0"],
      [recorded("11.3.0/domain-uefi-firmware-auto"), {}, "9.3.0"],
    ],
  ],
  [
    "an internal snapshot of a running domain with UEFI on 10.8",
    [recorded("12.8.0/domain-uefi-nvram-qcow2", { id: 1 }), {}, "10.8.0"],
    [
      "domain",
      "libvirt 10.8.0 cannot take an internal snapshot of a running domain with UEFI firmware",
      "Use diskOnly, stop the domain first, or upgrade the host to libvirt 10.9 or later.",
    ],
    [
      [recorded("12.8.0/domain-uefi-nvram-qcow2"), {}, "10.8.0"],
      [recorded("12.8.0/domain-uefi-nvram-qcow2", { id: 1 }), {}, "10.9.0"],
    ],
  ],
  [
    "an internal snapshot of a running domain with raw NVRAM",
    [recorded("11.3.0/domain-uefi-nvram-source", { id: 1 }), {}, "11.3.0"],
    [
      "domain",
      "the firmware's variables (NVRAM) are not in qcow2",
      "Convert the NVRAM to qcow2, or use diskOnly.",
    ],
    [
      [recorded("12.8.0/domain-uefi-nvram-qcow2", { id: 1 }), {}, "12.8.0"],
      [recorded("11.3.0/domain-uefi-nvram-source"), {}, "11.3.0"],
      [recorded("11.3.0/domain-uefi-nvram-source", { id: 1 }), { diskOnly: true }, "11.3.0"],
    ],
  ],
  [
    "an internal snapshot of a running domain under any name on 11.3",
    [running(), { name: "instantánea1" }, "11.3.0"],
    ["name", `libvirt 11.3.0 ${NAMES}`, OTHER_NAME],
    [
      [running(), { name: "instantánea1" }, "9.0.0"],
      [running(), { name: "A-z_0.9" }, "11.3.0"],
      [off(), { name: "instantánea1" }, "11.3.0"],
      [running(), { name: "a b", diskOnly: true }, "12.8.0"],
    ],
  ],
  [
    "quiescing without a channel for the agent",
    [running(), { diskOnly: true, quiesce: "required" }],
    [
      "quiesce",
      "the domain has no channel for a guest agent",
      "Give it the channel org.qemu.guest_agent.0 and run qemu-guest-agent in the guest, or leave quiesce out.",
    ],
    [[running(), { diskOnly: true, quiesce: "preferred" }]],
  ],
  [
    "quiescing without an agent that answers",
    [recorded("9.0.0/domain-agent-disconnected"), { diskOnly: true, quiesce: "required" }],
    ["quiesce", "no guest agent is connected", "Start qemu-guest-agent in the guest, or leave quiesce out."],
    [
      [recorded("9.0.0/domain-agent-disconnected"), { diskOnly: true, quiesce: "preferred" }],
      [recorded("9.0.0/domain-agent-connected"), { diskOnly: true, quiesce: "required" }],
      [recorded("12.8.0/domain-agent-connected"), { diskOnly: true, quiesce: "required" }],
    ],
  ],
];

function refusalOf([domain, wanted, version = "9.0.0"]: Case) {
  return refusalToTake(domain, { name: "a", ...wanted }, version);
}

describe("taking a snapshot of a domain in its present state", () => {
  for (const [what, refused, [property, reason, remedy], allowed] of TABLE) {
    it(`is refused for ${what}`, () => {
      assert.deepEqual(refusalOf(refused), { property, reason, remedy });
    });
    for (const [index, each] of allowed.entries()) {
      it(`is possible beside ${what} (${index + 1})`, () => {
        assert.equal(refusalOf(each), undefined);
      });
    }
  }

  it("needs an agent only if it must freeze file systems", () => {
    assert.equal(missingAgent(running({ agent: "connected" })), undefined);
    assert.equal(refusalOf([running(), {}]), undefined);
  });
});
