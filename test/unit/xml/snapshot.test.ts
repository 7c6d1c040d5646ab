import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSnapshot, withDescription } from "../../../provider/xml/snapshot.js";
import { xmlText } from "./arbitraries.js";
import { document, snapshots } from "./corpus.js";

/** A snapshot's document as libvirt lays it out, with `elements` in the places of its own. */
function snapshot(elements: Partial<Record<string, string>> = {}): string {
  const all = {
    name: "<name>s</name>",
    state: "<state>running</state>",
    creationTime: "<creationTime>1700000000</creationTime>",
    memory: "<memory snapshot='no'/>",
    ...elements,
  };
  return `<domainsnapshot>\n  ${Object.values(all).join("\n  ")}\n</domainsnapshot>\n`;
}

const disk = (attributes: string, content = "") =>
  snapshot({ disks: `<disks><disk ${attributes}>${content}</disk></disks>` });

describe("parseSnapshot", () => {
  it("returns only what the XML contains", () => {
    assert.deepEqual(parseSnapshot(snapshot()), {
      name: "s",
      state: "running",
      creationTime: 1700000000,
      memory: { snapshot: "no" },
      disks: [],
    });
  });

  for (const name of ["0123", "true", " ", "%s%n", "a b", "$(touch pwned)", "-x", "--domain", "ñ日本🙂"]) {
    it(`reads the name ${JSON.stringify(name)} as that string`, () => {
      assert.equal(parseSnapshot(snapshot({ name: `<name>${name}</name>` })).name, name);
    });
  }

  for (const state of [
    "paused",
    "shutdown",
    "shutoff",
    "crashed",
    "pmsuspended",
    "blocked",
    "disk-snapshot",
  ]) {
    it(`reads the state ${state}`, () => {
      assert.equal(parseSnapshot(snapshot({ state: `<state>${state}</state>` })).state, state);
    });
  }

  for (const kind of ["no", "internal", "external", "manual"]) {
    it(`reads a disk whose snapshot is ${kind}`, () => {
      assert.deepEqual(parseSnapshot(disk(`name='vda' snapshot='${kind}'`)).disks, [
        { name: "vda", snapshot: kind },
      ]);
    });
  }

  it("reads a disk's type, driver and source: a file, a block device or the network", () => {
    const sources = ["<source file='/a'/>", "<source dev='/dev/b'/>", "<source protocol='nbd' name='c'/>"];
    const read = sources.map((source) => {
      const content = `<driver type='qcow2'/>${source}`;
      return parseSnapshot(disk("name='vda' snapshot='external' type='t'", content)).disks[0];
    });
    const common = { name: "vda", snapshot: "external", type: "t", driver: "qcow2" };
    assert.deepEqual(read, [{ ...common, source: "/a" }, { ...common, source: "/dev/b" }, common]);
  });

  it("reads which disks are being deleted", () => {
    const { disks } = parseSnapshot(document("12.8.0/snapshot-delete-in-progress"));
    assert.deepEqual(
      disks.map(({ name, deleteInProgress }) => [name, deleteInProgress]),
      [["vda", true]],
    );
  });

  it("reads the overlays that a revert to an external snapshot created", () => {
    const { disks, revertDisks } = parseSnapshot(document("11.3.0/snapshot-external-reverted"));
    assert.match(disks[0]?.source ?? "", /\/rev\.m$/);
    assert.match(revertDisks?.[0]?.source ?? "", /\/rev\.\d+$/);
  });

  it("reads where the memory is", () => {
    const memory = "<memory snapshot='external' file='/m &amp; n'/>";
    assert.deepEqual(parseSnapshot(snapshot({ memory })).memory, { snapshot: "external", file: "/m & n" });
    assert.deepEqual(parseSnapshot(document("9.0.0/snapshot-internal-memory")).memory, {
      snapshot: "internal",
    });
  });

  for (const [state, expected] of [
    ["running", "internal"],
    ["paused", "internal"],
    ["shutoff", "no"],
    ["disk-snapshot", "no"],
  ] as const) {
    it(`assumes the memory ${expected} if a ${state} snapshot does not say, as libvirt does`, () => {
      const xml = snapshot({ state: `<state>${state}</state>`, memory: "" });
      assert.deepEqual(parseSnapshot(xml).memory, { snapshot: expected });
    });
  }

  it("keeps the definition for a running guest apart from the persistent one", () => {
    const { domain, inactiveDomain } = parseSnapshot(document("9.0.0/snapshot-internal-memory"));
    assert.deepEqual([domain?.name, inactiveDomain?.name], ["one", "one"]);
    const off = parseSnapshot(document("9.0.0/snapshot-internal-off"));
    assert.deepEqual([off.domain?.name, off.inactiveDomain], ["one", undefined]);
  });

  it("does not confuse the domain's description with the snapshot's", () => {
    const xml = document("9.0.0/snapshot-redefined");
    assert.match(xml, /<description>not the &lt;snapshot&gt; one<\/description>/);
    assert.equal(parseSnapshot(xml).description, "theirs & ours");
    assert.equal(parseSnapshot(withDescription(xml, undefined)).description, undefined);
  });

  const refusals: [what: string, xml: string, message: string][] = [
    ["no name", snapshot({ name: "" }), "<domainsnapshot>: it has no element <name>."],
    ["an empty name", snapshot({ name: "<name/>" }), "<domainsnapshot>: its element <name> is empty."],
    ["two names", snapshot({ more: "<name>t</name>" }), "<domainsnapshot>: it has 2 elements <name>."],
    ["no state", snapshot({ state: "" }), "<domainsnapshot>: it has no element <state>."],
    ["no time", snapshot({ creationTime: "" }), "<domainsnapshot>: it has no element <creationTime>."],
    [
      "a time that is none",
      snapshot({ creationTime: "<creationTime>1e9</creationTime>" }),
      "<domainsnapshot>: its element <creationTime> is not a whole number.",
    ],
    ["a parent without a name", snapshot({ parent: "<parent/>" }), "<parent>: it has no element <name>."],
    ["a memory of no kind", snapshot({ memory: "<memory/>" }), '<memory>: it has no attribute "snapshot".'],
    [
      "a memory of an unknown kind",
      snapshot({ memory: "<memory snapshot='manual'/>" }),
      '<memory>: its attribute "snapshot" is manual, not one of no, internal, external.',
    ],
    ["a disk without a name", disk("snapshot='no'"), '<disk>: it has no attribute "name".'],
    [
      "a disk of an unknown kind",
      disk("name='vda' snapshot='x'"),
      '<disk>: its attribute "snapshot" is x, not one of no, internal, external, manual.',
    ],
  ];
  for (const [what, xml, message] of refusals) {
    it(`refuses a snapshot with ${what}`, () => {
      assert.throws(() => parseSnapshot(xml), {
        kind: "Unexpected",
        message: `Unable to read the XML of ${message}`,
      });
    });
  }
});

describe("withDescription", () => {
  const anySnapshot = fc.constantFrom(...snapshots);

  it("sets exactly that description, and changes no other fact", () => {
    fc.assert(
      fc.property(anySnapshot, xmlText, ({ xml }, description) => {
        assert.deepEqual(parseSnapshot(withDescription(xml, description)), {
          ...parseSnapshot(xml),
          description,
        });
      }),
    );
  });

  it("changes no other character, so that restoring the old description restores the document", () => {
    fc.assert(
      fc.property(anySnapshot, fc.option(xmlText, { nil: undefined }), xmlText, ({ xml }, first, second) => {
        const start = withDescription(xml, first);
        assert.equal(withDescription(withDescription(start, second), first), start);
      }),
    );
  });

  it("removes a description of several lines without a trace", () => {
    const xml = document("9.0.0/snapshot-internal-off");
    const [element] = /\n {2}<description>[^]*?<\/description>/.exec(xml) ?? assert.fail();
    assert.equal(withDescription(xml, undefined), xml.replace(element, ""));
  });

  it("puts a new description on a line of its own after the name", () => {
    assert.equal(
      withDescription(snapshot(), "a"),
      snapshot({ name: "<name>s</name>\n  <description>a</description>" }),
    );
  });

  it("leaves a snapshot without a description unchanged if none is declared", () => {
    const xml = document("9.0.0/snapshot-internal-child-no-description");
    assert.equal(withDescription(xml, undefined), xml);
  });

  it("is not misled by text that only looks like the description", () => {
    const decoys = [
      "<!-- <description>comment</description> -->",
      "<x><![CDATA[<description>data</description>]]></x>",
      `<y z="&lt;description>attribute&lt;/description>"/>`,
      "<domain type='qemu'><description>nested</description></domain>",
    ].join("");
    const around = (own: string) => `<domainsnapshot>${decoys}<name>s</name>${own}${decoys}</domainsnapshot>`;
    assert.equal(
      withDescription(around("<description a='b'\n>own &amp; old</description >"), "new"),
      around("<description>new</description>"),
    );
    assert.equal(withDescription(around("<description/>"), "new"), around("<description>new</description>"));
    assert.equal(withDescription(around(""), "new"), around("<description>new</description>"));
    assert.equal(withDescription(around("<description>old</description>"), undefined), around(""));
  });

  it("finds the right place after characters of every width and line breaks of every kind", () => {
    const xml = snapshot({ name: "<name>ñ日本🙂</name>\r\n\r<description>old</description>" });
    assert.equal(withDescription(xml, "🙂"), xml.replace("old", "🙂"));
  });

  it("refuses a character that XML cannot carry", () => {
    assert.throws(() => withDescription(snapshot(), "a\u0000b"), { kind: "Invalid", message: /U\+0000/ });
  });

  it("refuses a text that is not a complete snapshot", () => {
    const xml = snapshot();
    for (const text of ["", "error: x", xml.slice(0, -10), document("9.0.0/domain-off")]) {
      assert.throws(() => withDescription(text, "a"), { kind: "Unexpected" });
    }
  });
});
