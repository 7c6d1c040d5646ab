import assert from "node:assert/strict";
import {
  declaredDigest,
  madeDigest,
  stampElement,
  stampOf,
  withStamp,
} from "../../../provider/definition/stamp.js";
import { parseDocument } from "../../../provider/xml/document.js";

const STAMP = { id: "new", declared: "abc", made: "1:def" };
const root = (xml: string) => parseDocument(xml, "domain");

describe("the stamp of a definition", () => {
  const places: [where: string, metadata: string, others: number][] = [
    ["has no metadata", "", 0],
    ["has empty metadata", "<metadata/>", 0],
    ["has metadata of others", '<metadata><o:x xmlns:o="http://o">a</o:x>\n</metadata >', 1],
    [
      "has an older stamp",
      '<metadata><virsh:definition xmlns:virsh="urn:pulumi-virsh:definition" declared="old" id="old"/></metadata>',
      0,
    ],
    [
      "has several older stamps between others",
      '<metadata><virsh:definition xmlns:virsh="urn:pulumi-virsh:definition" id="1"/><o:x xmlns:o="http://o"/>' +
        '<virsh:definition xmlns:virsh="urn:pulumi-virsh:definition" id="2"></virsh:definition></metadata>',
      1,
    ],
  ];
  for (const [where, metadata, others] of places) {
    it(`is added where the XML ${where}, and the rest stays`, () => {
      const stamped = withStamp(
        `<!-- mine --><domain><name>vm</name>${metadata}<vcpu>1</vcpu></domain>\n`,
        STAMP,
      );
      assert.deepEqual(stampOf(root(stamped)), STAMP);
      assert.match(
        stamped,
        /^<!-- mine --><domain><name>vm<\/name><metadata>.*<vcpu>1<\/vcpu><\/domain>\n$/s,
      );
      const inside = root(stamped).child("metadata");
      assert.equal(inside?.all("virsh:definition").length, 1);
      assert.equal(inside.all("o:x").length, others);
    });
  }

  it("is not read where there is none, where it belongs to someone else, or where a part is missing", () => {
    const foreign = '<virsh:definition xmlns:virsh="http://other" declared="a" id="b"/>';
    const partial = '<virsh:definition xmlns:virsh="urn:pulumi-virsh:definition" id="b"/>';
    for (const content of ["", foreign, partial])
      assert.equal(stampOf(root(`<domain><metadata>${content}</metadata></domain>`)), undefined);
    assert.equal(stampOf(root("<domain/>")), undefined);
  });

  it("has no digest of a definition that was not read back yet", () => {
    assert.equal(stampElement({ id: "i", declared: "d" }), '<definition declared="d" id="i"/>');
    const stamped = withStamp("<domain><name>vm</name></domain>", { id: "i", declared: "d" });
    assert.deepEqual(stampOf(root(stamped)), { id: "i", declared: "d", made: undefined });
  });
});

describe("the digest of a declared XML", () => {
  const graphics = (passwd: string) =>
    `<domain><name>vm</name><devices><graphics type="vnc" passwd=${passwd}/></devices></domain>`;

  it("does not depend on passwords, which anybody who may read the stamp could guess", () => {
    assert.equal(declaredDigest(graphics('"one"')), declaredDigest(graphics("'two'")));
    const cookie = (value: string) =>
      `<domain><cookies><cookie name="a">${value}</cookie></cookies></domain>`;
    assert.equal(declaredDigest(cookie("one")), declaredDigest(cookie("two")));
  });

  it("depends on everything else, but not on a stamp that was copied from the host", () => {
    const xml = '<domain><name>vm</name><metadata><o:x xmlns:o="http://o"/></metadata></domain>';
    assert.notEqual(declaredDigest(xml), declaredDigest(`${xml}\n`));
    assert.equal(declaredDigest(xml), declaredDigest(withStamp(xml, STAMP)));
  });
});

describe("the digest of what libvirt made", () => {
  const dump = (memory: number, file: string) =>
    root(
      `<domain type="qemu"><name>vm</name><memory unit="KiB">${memory}</memory><vcpu>1</vcpu><devices><disk type="file" device="disk"><driver type="qcow2"/><source file="${file}"/><target dev="vda"/></disk></devices></domain>`,
    );

  it("changes with the memory, but not with the overlay that a snapshot adds", () => {
    assert.notEqual(madeDigest(dump(1024, "/a")), madeDigest(dump(2048, "/a")));
    assert.equal(madeDigest(dump(1024, "/a")), madeDigest(dump(1024, "/a.s1")));
  });
});
