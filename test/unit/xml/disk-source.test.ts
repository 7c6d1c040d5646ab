import assert from "node:assert/strict";
import {
  diskSources,
  nvramFile,
  overlaysIn,
  withNvram,
  withSourceOf,
} from "../../../provider/xml/disk-source.js";
import { parseDocument } from "../../../provider/xml/document.js";

const root = (xml: string) => parseDocument(xml, "domain");
const domain = (...disks: string[]) =>
  `<domain><name>vm</name><devices><emulator>/q</emulator>${disks.join("")}</devices></domain>`;
const OTHER = "<disk type='file' device='disk'><source file='/other'/><target dev='vdb'/></disk>";
const HOST = domain(
  "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/base.s1' index='2'/>" +
    "<backingStore type='block'><format type='raw'/><source dev='/dev/base'/></backingStore><target dev='vda'/></disk>",
);

describe("the sources of disks", () => {
  it("are read with the images below them", () => {
    assert.deepEqual(diskSources(root(HOST)), [
      { target: "vda", source: "/base.s1", path: "/base.s1", format: "qcow2", below: ["/dev/base"] },
    ]);
  });

  it("are told apart where they are no files; an empty drive has none", () => {
    const xml = domain(
      "<disk type='network'><source protocol='rbd' name='pool/a'/><target dev='vda'/></disk>",
      "<disk type='volume'><source pool='p' volume='v'/><target dev='vdb'/></disk>",
      "<disk type='file' device='cdrom'><target dev='sda'/></disk>",
    );
    assert.deepEqual(
      diskSources(root(xml)).map(({ source, path }) => [source, path]),
      [
        ["rbd pool/a", undefined],
        ["p v", undefined],
      ],
    );
  });

  it("of external snapshots are the overlay and what is below it", () => {
    const snapshot =
      "<domainsnapshot><disks><disk name='vda' snapshot='external' type='file'><source file='/base.s1'/></disk>" +
      "<disk name='vdb' snapshot='no'/></disks><domain><devices><disk type='file'><source file='/base'/>" +
      "<target dev='vda'/></disk></devices></domain></domainsnapshot>";
    assert.deepEqual(overlaysIn(snapshot), [{ target: "vda", overlay: "/base.s1", source: "/base" }]);
    assert.deepEqual(overlaysIn("<domainsnapshot><name>a</name></domainsnapshot>"), []);
  });
});

describe("a disk keeps the source that it has on the host", () => {
  const declared: [what: string, disk: string][] = [
    [
      "with the attributes of its own driver",
      '<disk device="disk" type="block"><driver name="qemu" cache="none" type="raw"/><source dev="/dev/base"/><target dev="vda" bus="virtio"/><serial>a&gt;b</serial></disk>',
    ],
    ["without a driver", '<disk device="disk"><target dev="vda" bus="virtio"/><source file="/base"/></disk>'],
    [
      "with a backing chain that was copied from a dump",
      '<disk type="file" device="disk"><driver type="qcow2"/><source file="/base"><reservations managed="no"/></source><backingStore/><target dev="vda"/></disk>',
    ],
  ];
  for (const [what, disk] of declared) {
    it(what, () => {
      const xml = withSourceOf(domain(OTHER, disk), "vda", HOST);
      const [other, kept] = diskSources(root(xml));
      assert.equal(other?.source, "/other");
      assert.deepEqual(kept, diskSources(root(HOST))[0]);
      const element = root(xml).child("devices")?.all("disk")[1];
      assert.equal(element?.attribute("type"), "file");
      assert.equal(element.all("source").length, 1);
      for (const part of ['cache="none"', "<serial>a&gt;b</serial>", 'bus="virtio"'])
        assert.equal(xml.includes(part), disk.includes(part));
    });
  }
});

describe("the firmware keeps its variables", () => {
  const os = (inside: string) =>
    `<domain><name>vm</name><os><type>hvm</type>${inside}</os><devices/></domain>`;

  it("in the file that it has on the host, also with a template", () => {
    assert.equal(withNvram(os(""), "/a&b"), os("<nvram>/a&amp;b</nvram>"));
    assert.equal(withNvram(os('<nvram template="/t"/>'), "/a"), os('<nvram template="/t">/a</nvram>'));
    assert.equal(nvramFile(root(withNvram(os("<nvram></nvram>"), "/a"))), "/a");
  });

  it("where the XML itself says", () => {
    for (const own of ["<nvram>/mine</nvram>", "<nvram type='file'><source file='/mine'/></nvram>"]) {
      assert.equal(withNvram(os(own), "/a"), os(own));
      assert.equal(nvramFile(root(os(own))), "/mine");
    }
    assert.equal(nvramFile(root("<domain/>")), undefined);
  });
});
