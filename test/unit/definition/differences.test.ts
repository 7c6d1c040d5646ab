import assert from "node:assert/strict";
import { definitionDifferences } from "../../../provider/definition/differences.js";
import { definitionFacts } from "../../../provider/definition/facts.js";
import { parseDocument } from "../../../provider/xml/document.js";
import { definitionOf } from "../../../provider/xml/snapshot.js";
import { corpus, document, snapshots } from "../xml/corpus.js";

/** A domain as libvirt prints one, with more elements in it. */
function domain({ general = "", devices = "", os = "", memory = "65536", type = "kvm" } = {}): string {
  return `<domain type='${type}'><name>vm</name>${general}<memory unit='KiB'>${memory}</memory>
    <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>${os}</os><on_crash>destroy</on_crash>
    <devices>${disk("vda")}${devices}<memballoon model='virtio'/></devices></domain>`;
}

const disk = (target: string, more = "", source = `/images/${target}`) =>
  `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${source}'/>
   <target dev='${target}' bus='virtio'/>${more}</disk>`;
const cdrom = (source: string) =>
  `<disk type='file' device='cdrom'>${source}<target dev='sda' bus='sata'/><readonly/></disk>`;
const network = (more: string) => `<interface type='network'>${more}<source network='default'/></interface>`;
const MAC = "<mac address='52:54:00:00:00:01'/>";

function differences(now: string, then: string): string[] {
  const facts = [now, then].map((xml) => definitionFacts(parseDocument(xml, "domain")));
  return definitionDifferences(facts[0] ?? new Map(), facts[1] ?? new Map());
}

const TABLE: [what: string, now: string, then: string, expected: string[]][] = [
  ["nothing", domain(), domain(), []],
  [
    "title, CPUs and memory, in this order",
    domain({ general: "<title>a</title><vcpu>4</vcpu>", memory: "1048576" }),
    domain({ general: "<title>b</title><vcpu>2</vcpu>", memory: "262144" }),
    ['title "a" to "b"', "vcpus 4 to 2", "memory 1024 MiB to 256 MiB"],
  ],
  [
    "a title that only one side has",
    domain({ general: "<title>a</title>" }),
    domain({ general: "<description>b</description>" }),
    ['title "a" is removed', 'description "b" comes back'],
  ],
  [
    "a long description, cut",
    domain({ general: `<description>${"a".repeat(100)}</description>` }),
    domain({ general: "<description>b</description>" }),
    [`description "${"a".repeat(59)}… to "b"`],
  ],
  [
    "memory that the guest has given back",
    domain({ memory: "262144", general: "<currentMemory unit='KiB'>131072</currentMemory>" }),
    domain({ memory: "262144", general: "<currentMemory unit='KiB'>262144</currentMemory>" }),
    ["current memory 128 MiB to 256 MiB"],
  ],
  [
    "no memory that is the same in the end",
    domain({ memory: "262144", general: "<currentMemory unit='KiB'>131072</currentMemory>" }),
    domain({ memory: "131072" }),
    ["memory 256 MiB to 128 MiB"],
  ],
  [
    "CPUs that are not in use",
    domain({ general: "<vcpu>4</vcpu>" }),
    domain({ general: "<vcpu current='2'>4</vcpu>" }),
    ["vcpus in use 4 to 2"],
  ],
  [
    "a disk that was attached afterwards",
    domain({ devices: disk("vdb") }),
    domain(),
    ["disk vdb is detached"],
  ],
  [
    "a disk that was detached afterwards",
    domain(),
    domain({ devices: disk("vdb") }),
    ["disk vdb comes back"],
  ],
  [
    "nothing of what snapshots change in a disk",
    domain({ devices: disk("vdb") }),
    domain({ devices: disk("vdb", "", "/o.snap") }),
    [],
  ],
  [
    "the details of a disk",
    domain({ devices: disk("vdb", "<readonly/>") }),
    domain({ devices: disk("vdb", "<serial>7</serial>") }),
    ["disk vdb readonly yes to default", "disk vdb serial default to 7"],
  ],
  [
    "the disc in a drive",
    domain({ devices: cdrom("<source file='/a.iso'/>") }),
    domain({ devices: cdrom("") }),
    ["cdrom sda medium /a.iso to default"],
  ],
  [
    "devices of the host",
    domain({
      devices:
        "<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>",
    }),
    domain({ devices: "<shmem name='s'/>" }),
    ["hostdev pci 0000:01:00.0 is detached", "shmem s comes back"],
  ],
  [
    "the firmware",
    domain({ os: "<loader readonly='yes' type='pflash'>/c.fd</loader><nvram>/v.fd</nvram>" }),
    domain(),
    ["firmware UEFI to BIOS"],
  ],
  [
    "the boot order",
    domain({ os: "<boot dev='hd'/>" }),
    domain({ os: "<boot dev='network'/><boot dev='hd'/>" }),
    ["boot order hd to network, hd"],
  ],
  ["the kind of domain", domain({ type: "kvm" }), domain({ type: "qemu" }), ["type kvm to qemu"]],
  [
    "the network of an interface",
    domain({ devices: network(MAC) }),
    domain({ devices: network(MAC).replaceAll("network", "bridge") }),
    ["interface 52:54:00:00:00:01 source network default to bridge default"],
  ],
];

describe("the differences of two definitions", () => {
  for (const [what, now, then, expected] of TABLE) {
    it(`are ${what}`, () => {
      assert.deepEqual(differences(now, then), expected);
    });
  }

  const declared: [what: string, host: string, xml: string][] = [
    ["the machine", domain(), domain().replace("pc-q35-7.2", "q35")],
    [
      "the unit of memory",
      domain({ memory: "262144" }),
      domain().replace("<memory unit='KiB'>65536", "<memory unit='MiB'>256"),
    ],
    ["the number of CPUs, which is one", domain({ general: "<vcpu placement='static'>1</vcpu>" }), domain()],
    ["what a crash does", domain(), domain().replace("<on_crash>destroy</on_crash>", "")],
    ["the bus of a disk", domain(), domain().replaceAll(" bus='virtio'", "")],
    [
      "the MAC address of an interface",
      domain({ devices: network(`${MAC}<model type='rtl8139'/>`) }),
      domain({ devices: network("") }),
    ],
    [
      "a watchdog and a video card that libvirt adds",
      domain({ devices: "<video><model type='vga'/></video><watchdog model='itco'/>" }),
      domain(),
    ],
    [
      "a channel that libvirt adds",
      domain({
        devices: "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>",
      }),
      domain(),
    ],
    [
      "the file of the NVRAM",
      domain({ os: "<loader type='pflash'>/c.fd</loader><nvram>/v.fd</nvram>" }),
      domain({ os: "<loader type='pflash'>/c.fd</loader>" }),
    ],
  ];
  for (const [what, host, xml] of declared) {
    it(`are none where libvirt fills in ${what}`, () => {
      assert.deepEqual(differences(host, xml), []);
    });
  }

  it("name an interface that another one replaces, and details only of a device that stays", () => {
    const other = network(MAC.replace("00:01", "00:02"));
    assert.deepEqual(differences(domain({ devices: network(MAC) }), domain({ devices: other })), [
      "interface 52:54:00:00:00:01 is detached",
      "interface 52:54:00:00:00:02 comes back",
    ]);
  });

  it("say of what a program adds that it is added", () => {
    const facts = [domain(), domain({ devices: disk("vdb") })].map((xml) =>
      definitionFacts(parseDocument(xml, "domain")),
    );
    assert.deepEqual(definitionDifferences(facts[0] ?? new Map(), facts[1] ?? new Map(), "is added"), [
      "disk vdb is added",
    ]);
  });
});

describe("the facts of a definition", () => {
  for (const { name, kind, xml } of corpus) {
    it(`are found in ${name}`, () => {
      const found = kind === "domain" ? parseDocument(xml, "domain") : definitionOf(xml);
      if (found === undefined) return;
      const facts = definitionFacts(found);
      assert.match(facts.get("memory") ?? "", /^\d+ (?:MiB|KiB)$/);
      assert.deepEqual([...facts.keys()], [...facts.keys()].sort());
    });
  }

  it("are the same of a domain and of the snapshots that were taken of it unchanged", () => {
    const facts = (xml: string) => definitionFacts(definitionOf(xml) ?? parseDocument(xml, "domainsnapshot"));
    const [one, other] = ["9.0.0/snapshot-internal-memory", "9.0.0/snapshot-internal-paused"].map((name) =>
      facts(document(name)),
    );
    assert.deepEqual(definitionDifferences(one ?? new Map(), other ?? new Map()), []);
    assert.ok(snapshots.length > 0);
  });

  it("contain no password of a graphical console", () => {
    const vnc = "<graphics type='vnc' port='5901' passwd='secret'/>";
    assert.ok(
      !JSON.stringify([...definitionFacts(parseDocument(domain({ devices: vnc }), "domain"))]).includes(
        "secret",
      ),
    );
  });
});
