import assert from "node:assert/strict";
import { parseDomain } from "../../../provider/xml/domain.js";
import { document } from "./corpus.js";

interface Parts {
  attributes?: string;
  memory?: string;
  vcpu?: string;
  os?: string;
  devices?: string;
}

function domain({ attributes = "type='kvm'", memory, vcpu, os = "<os/>", devices = "" }: Parts = {}): string {
  return [
    `<domain ${attributes}><name>d</name><uuid>u</uuid>`,
    memory ?? "<memory unit='KiB'>1024</memory>",
    vcpu ?? "<vcpu placement='static' current='1'>2</vcpu>",
    `${os}<devices>${devices}</devices></domain>`,
  ].join("");
}

const firmware = (os: string) => parseDomain(domain({ os })).firmware;
const passthrough = (devices: string) => parseDomain(domain({ devices })).passthrough;
const onlyDisk = (content: string, attributes = "type='file' device='disk'") =>
  parseDomain(domain({ devices: `<disk ${attributes}>${content}<target dev='vda'/></disk>` })).disks[0];

describe("parseDomain", () => {
  it("returns only what the XML contains", () => {
    assert.deepEqual(parseDomain(domain()), {
      name: "d",
      uuid: "u",
      vcpus: 2,
      memoryKiB: 1024,
      disks: [],
      firmware: { efi: false },
      agent: "none",
      passthrough: [],
    });
  });

  it("reads the id of a domain that is active", () => {
    assert.equal(parseDomain(domain({ attributes: "type='kvm' id='0'" })).id, 0);
    assert.equal("id" in parseDomain(document("9.0.0/domain-off")), false);
  });

  describe("disks", () => {
    it("are read with the facts that decide about their snapshots", () => {
      const { disks } = parseDomain(document("12.8.0/domain-running-raw"));
      assert.deepEqual(disks, [
        {
          target: "vda",
          device: "disk",
          type: "file",
          driver: "raw",
          source: "/var/tmp/lab/images/raw2.img",
          readonly: false,
          backing: [],
        },
        {
          target: "hda",
          device: "cdrom",
          type: "file",
          driver: "raw",
          source: "/var/tmp/lab/empty.iso",
          readonly: true,
          backing: [],
        },
        { target: "fda", device: "floppy", type: "file", driver: "raw", readonly: false, backing: [] },
      ]);
    });

    it("may be in a file, on a block device, on the network or in a pool", () => {
      const { disks } = parseDomain(document("12.8.0/domain-passthrough"));
      assert.deepEqual(
        disks.map(({ type, source, snapshot }) => [type, source, snapshot]),
        [
          ["file", "/var/tmp/lab/images/one.qcow2", undefined],
          ["network", undefined, undefined],
          ["volume", undefined, undefined],
          ["block", "/dev/sdz", "no"],
        ],
      );
    });

    it("are read with the chain of images below them, nearest first", () => {
      const [vda] = parseDomain(document("12.8.0/domain-backing-chain")).disks;
      assert.equal(vda?.source, "/var/tmp/lab/images/partial.qcow2");
      assert.deepEqual(
        vda.backing.map(({ source }) => source?.replace("/var/tmp/lab/images/", "")),
        [`ext.<&>"'`, "ext.$(x)", "ext.off-external", "ext.qcow2"],
      );
    });

    it("may have a chain as deep as libvirt allows", () => {
      const image = (depth: number): string =>
        depth === 0
          ? "<backingStore/>"
          : `<backingStore type='file'><format type='qcow2'/><source file='/${depth}'/>${image(depth - 1)}</backingStore>`;
      const disk = onlyDisk(`<source file='/top'/>${image(200)}`);
      assert.equal(disk?.backing.length, 200);
      assert.deepEqual(disk.backing.at(-1), { source: "/1", driver: "qcow2" });
    });

    it("may have an image below them that is not a local file", () => {
      const backing =
        "<backingStore type='network'><format type='raw'/><source protocol='nbd' name='x'/></backingStore>";
      assert.deepEqual(onlyDisk(backing)?.backing, [{ driver: "raw" }]);
    });

    it("must have a target, a device and a type", () => {
      assert.throws(() => onlyDisk("", "type='file'"), {
        message: /of <disk>: it has no attribute "device"\.$/,
      });
      assert.throws(() => onlyDisk("", "device='disk'"), {
        message: /of <disk>: it has no attribute "type"\.$/,
      });
      const targetless = domain({ devices: "<disk type='file' device='disk'/>" });
      assert.throws(() => parseDomain(targetless), { message: /of <disk>: it has no element <target>\.$/ });
    });
  });

  describe("firmware", () => {
    it("is UEFI if chosen by name, or if the loader is of the type pflash", () => {
      assert.deepEqual(firmware("<os firmware='efi'/>"), { efi: true });
      assert.deepEqual(firmware("<os firmware='bios'/>"), { efi: false });
      assert.deepEqual(firmware("<os><loader type='pflash'>/c</loader></os>"), { efi: true });
      assert.deepEqual(firmware("<os><loader type='rom'>/c</loader></os>"), { efi: false });
    });

    it("has its variables in a file that is named in one of two ways; newer versions print its format", () => {
      const found = (name: string) => {
        const { nvram, nvramFormat } = parseDomain(document(name)).firmware;
        return [nvram, nvramFormat];
      };
      assert.deepEqual(found("9.0.0/domain-uefi-running"), ["/var/tmp/lab/images/uefir.fd", undefined]);
      assert.deepEqual(found("11.3.0/domain-uefi-nvram-source"), ["/var/tmp/lab/images/n.fd", "raw"]);
      assert.deepEqual(found("12.8.0/domain-uefi-nvram-qcow2"), ["/var/tmp/lab/images/nvram.qcow2", "qcow2"]);
      assert.deepEqual(firmware("<os><nvram template='/t' format='qcow2'/></os>"), {
        efi: false,
        nvramFormat: "qcow2",
      });
    });
  });

  describe("the guest agent", () => {
    const agent = (state: string, name = "org.qemu.guest_agent.0") => {
      const target = `<target type='virtio' name='${name}'${state}/>`;
      const others =
        "<channel type='pty'/><channel type='unix'><target type='virtio' name='o' state='connected'/></channel>";
      return parseDomain(domain({ devices: `${others}<channel type='unix'>${target}</channel>` })).agent;
    };

    it("is connected, only configured, or missing", () => {
      assert.equal(parseDomain(document("12.8.0/domain-agent-connected")).agent, "connected");
      assert.equal(parseDomain(document("9.0.0/domain-agent-disconnected")).agent, "disconnected");
      assert.equal(parseDomain(document("9.0.0/domain-off")).agent, "none");
    });

    it("is not mistaken for another channel", () => {
      assert.equal(agent(" state='connected'"), "connected");
      assert.equal(agent(""), "disconnected");
      assert.equal(agent(" state='connected'", "org.qemu.guest_agent.1"), "none");
    });
  });

  describe("devices that prevent saving the memory", () => {
    it("are named", () => {
      assert.deepEqual(parseDomain(document("12.8.0/domain-passthrough")).passthrough, [
        "hostdev pci",
        "hostdev mdev",
        "interface hostdev",
        "filesystem virtiofs",
        "shmem",
      ]);
    });

    it("do not include those that libvirt can save", () => {
      const devices = [
        "<hostdev mode='subsystem' type='usb'/>",
        "<interface type='vhostuser'/><interface type='network'/>",
        "<filesystem type='mount'><source dir='/s'/></filesystem>",
        "<shmem name='s' role='master'/>",
      ];
      assert.deepEqual(passthrough(devices.join("")), []);
    });

    it("include vDPA and shared memory whose role is not master", () => {
      assert.deepEqual(passthrough("<interface type='vdpa'/><shmem name='s' role='peer'/>"), [
        "interface vdpa",
        "shmem",
      ]);
    });
  });

  const refusals: [what: string, xml: string, message: RegExp][] = [
    [
      "an id that is no number",
      domain({ attributes: "type='kvm' id='x'" }),
      /attribute "id" is not a whole number/,
    ],
    [
      "memory in another unit",
      domain({ memory: "<memory unit='GiB'>1</memory>" }),
      /<memory> is in GiB, not in KiB/,
    ],
    ["no memory", domain({ memory: "" }), /it has no element <memory>/],
    ["no processors", domain({ vcpu: "" }), /it has no element <vcpu>/],
    ["a part of a processor", domain({ vcpu: "<vcpu>1.5</vcpu>" }), /<vcpu> is not a whole number/],
    ["a snapshot in its place", document("9.0.0/snapshot-internal-off"), /it is <domainsnapshot>/],
  ];
  for (const [what, xml, message] of refusals) {
    it(`refuses a domain with ${what}`, () => {
      assert.throws(() => parseDomain(xml), { name: "VirshError", kind: "Unexpected", message });
    });
  }
});
