import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import { readIdentity, refuseUndefinable, withUuid } from "../../../provider/xml/definition.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";

function said(xml: string): string {
  try {
    readIdentity(xml);
  } catch (error) {
    assert.ok(isVirshError(error, "Invalid"), String(error));
    assert.equal(error.tried, "use xml");
    assert.match(error.next ?? "", /^(?:Give the text of one <domain>|Remove xmlns)/);
    return error.said;
  }
  return assert.fail("it was taken");
}

describe("the domain that a user's XML defines", () => {
  it("has its name unchanged, and its UUID if the XML has one", () => {
    assert.deepEqual(readIdentity("<domain type='kvm'><name>debian12</name></domain>"), { name: "debian12" });
    assert.deepEqual(
      readIdentity(`<!-- mine -->\n<domain><name> a &amp; $(b) ☃ </name><uuid>${UUID}</uuid></domain>\n`),
      { name: " a & $(b) ☃ ", uuid: UUID },
    );
    assert.deepEqual(readIdentity("<domain><title>x</title><name>-x</name></domain>"), { name: "-x" });
  });

  it("may have its UUID in every form that libvirt accepts", () => {
    for (const written of [UUID.toUpperCase(), UUID.replaceAll("-", ""), `\n ${UUID} \n`]) {
      assert.equal(readIdentity(`<domain><name>a</name><uuid>${written}</uuid></domain>`).uuid, UUID);
    }
  });

  it("may have comments and processing instructions around it", () => {
    const beside = "\n<!-- vim: set ft=xml: -->\n<?editor x?>\n";
    const xml = `${beside.trimStart()}<domain><name>a</name></domain>${beside}`;
    assert.deepEqual(readIdentity(xml), { name: "a" });
    assert.equal(withUuid(xml, UUID), xml.replace("</name>", `</name><uuid>${UUID}</uuid>`));
    assert.match(said("<domain><name>a</name></domain><!-- b --> c <!-- d -->"), /something after it|line 1/);
  });

  it("has a name of at most 247 bytes, so that libvirt can write its file", () => {
    const named = (name: string) => `<domain><name>${name}</name></domain>`;
    assert.equal(readIdentity(named("ñ".repeat(123))).name.length, 123);
    assert.match(said(named("ñ".repeat(124))), /^its name .* has 248 bytes; .* which can have 247$/);
  });

  const refused: [what: string, xml: string, said: RegExp][] = [
    ["nothing", " \n", /^it is empty$/],
    ["the name of a file", "vm.xml", /^line 1: /],
    ["half a document", "<domain><name>a</name>", /^line 1: /],
    ["something else", "<network><name>a</name></network>", /^it is <network>$/],
    ["two domains", "<domain><name>a</name></domain><domain><name>b</name></domain>", /./],
    ["no name", "<domain/>", /^it has no element <name>$/],
    ["an empty name", "<domain><name></name></domain>", /^its element <name> is empty$/],
    ["two names", "<domain><name>a</name><name>b</name></domain>", /^it has 2 elements <name>$/],
    ["a name of two lines", "<domain><name>a\nb</name></domain>", /^its name "a\\nb" contains a line break/],
    ["a name with a slash", "<domain><name>a/b</name></domain>", /^its name "a\/b" contains "\/"$/],
    [
      "a name that leads out of libvirt's folder",
      "<domain><name>..</name></domain>",
      /is the name of a folder$/,
    ],
    [
      "no UUID for one",
      "<domain><name>a</name><uuid>12</uuid></domain>",
      /contains "12", which is not a UUID$/,
    ],
    ["an entity of its own", '<!DOCTYPE d [<!ENTITY e "x">]><domain><name>&e;</name></domain>', /./],
    ["a character that XML cannot carry", "<domain><name>a\u0007</name></domain>", /U\+0007/],
    [
      "in a namespace of its own",
      "<domain xmlns='urn:x'><name>a</name></domain>",
      /^it puts its elements into the namespace "urn:x", where libvirt looks for none$/,
    ],
    [
      "another encoding than it travels in",
      '<?xml version="1.0" encoding="ISO-8859-1"?><domain><name>a</name></domain>',
      /^its first line declares the encoding ISO-8859-1, but it is sent as UTF-8$/,
    ],
  ];
  for (const [what, xml, expected] of refused) {
    it(`is refused if the XML is ${what}`, () => assert.match(said(xml), expected));
  }

  it("gets a UUID after its name, and is otherwise unchanged", () => {
    const xml =
      "<?xml version='1.0'?>\n<domain>\n  <name>a&lt;</name> <!-- x -->\n  <vcpu>1</vcpu>\n</domain>\n";
    assert.equal(withUuid(xml, UUID), xml.replace("</name>", `</name><uuid>${UUID}</uuid>`));
    const own = `<domain><name>a</name><uuid>${UUID.toUpperCase()}</uuid></domain>`;
    assert.equal(withUuid(own, UUID), own);
  });
});

describe("XML that no libvirt defines", () => {
  const MEMORY = "<memory>1</memory>";
  const OS = "<os><type>hvm</type></os>";
  const domain = (...parts: string[]) => `<domain type='kvm'><name>a</name>${parts.join("")}</domain>`;
  const metadata = (levels: number) => `<metadata>${"<a>".repeat(levels)}${"</a>".repeat(levels)}</metadata>`;

  const cases: [what: string, xml: string, said: RegExp | undefined][] = [
    ["complete", domain(MEMORY, OS), undefined],
    ["memory in NUMA cells", domain("<cpu><numa><cell memory='1'/></numa></cpu>", OS), undefined],
    ["no type", domain(MEMORY, OS).replace(" type='kvm'", ""), /^its <domain> has no type$/],
    ["an empty type", domain(MEMORY, OS).replace("'kvm'", "''"), /^its <domain> has no type$/],
    ["nothing to boot", domain(MEMORY, "<os/>"), /^it has no <type> in <os>$/],
    ["a boot loader", domain(MEMORY, "<bootloader>/usr/bin/pygrub</bootloader>"), undefined],
    ["no memory", domain(OS), /^it gives the domain no memory$/],
    ["a memory of nothing", domain("<memory>0</memory>", OS), /^it gives the domain no memory$/],
    ["as deep as libvirt reads", domain(MEMORY, OS, metadata(254)), undefined],
    ["deeper than that", domain(MEMORY, OS, metadata(255)), /^its elements are nested more than 256 levels/],
  ];
  for (const [what, xml, expected] of cases) {
    it(`is ${expected === undefined ? "accepted" : "refused, with a next step"}: ${what}`, () => {
      if (expected === undefined) {
        refuseUndefinable(xml);
        return;
      }
      assert.throws(
        () => {
          refuseUndefinable(xml);
        },
        (error) => isVirshError(error, "Invalid") && expected.test(error.said) && error.next !== undefined,
      );
    });
  }
});
