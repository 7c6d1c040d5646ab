import assert from "node:assert/strict";
import { DOMParser, type Element } from "@xmldom/xmldom";
import fc from "fast-check";
import { escapeXml } from "../../../provider/xml/characters.js";
import { parseDocument } from "../../../provider/xml/document.js";
import type { XmlElement } from "../../../provider/xml/element.js";
import { corpus, document, snapshots } from "./corpus.js";
import { parseSnapshot, withDescription } from "../../../provider/xml/snapshot.js";
import { xmlText } from "./arbitraries.js";

/** The line ends of XML 1.0. By default the other parser knows more line ends, those of XML 1.1. */
const normalizeLineEndings = (text: string) => text.replaceAll(/\r\n?/g, "\n");

/** Another parser's reading of `xml`. */
function oracle(xml: string): Element {
  const onError = (level: string, message: string) => {
    // It warns about U+FFFD, which is a character like any other.
    if (level !== "warning") assert.fail(message);
  };
  const root = new DOMParser({ onError, normalizeLineEndings }).parseFromString(
    xml,
    "text/xml",
  ).documentElement;
  assert.ok(root);
  return root;
}

function elements(parent: Element, name?: string): Element[] {
  return [...parent.childNodes].filter(
    (node): node is Element =>
      node.nodeType === node.ELEMENT_NODE && (name === undefined || node.nodeName === name),
  );
}

function ownText(element: Element): string {
  return [...element.childNodes]
    .filter((node) => node.nodeType === node.TEXT_NODE || node.nodeType === node.CDATA_SECTION_NODE)
    .map((node) => node.nodeValue ?? "")
    .join("");
}

/** Compares two readings of an element and everything in it. Returns the number of compared elements. */
function compare(ours: XmlElement, theirs: Element): number {
  assert.equal(ours.name, theirs.nodeName);
  assert.equal(ours.text, ownText(theirs), `text of <${ours.name}>`);
  for (const { name, value } of theirs.attributes)
    assert.equal(ours.attribute(name), value, `${ours.name}/@${name}`);
  const names = new Set(elements(theirs).map((child) => child.nodeName));
  return [...names].reduce((count, name) => {
    const [mine, other] = [ours.all(name), elements(theirs, name)];
    assert.equal(mine.length, other.length, `elements <${name}> in <${ours.name}>`);
    return mine.reduce((sum, child, index) => sum + compare(child, other[index] ?? assert.fail()), count);
  }, 1);
}

describe("our XML parser compared with another one", () => {
  for (const { name, kind, xml } of corpus) {
    it(`${name} is read the same`, () => {
      const root = parseDocument(xml, kind === "snapshot" ? "domainsnapshot" : "domain");
      assert.equal(compare(root, oracle(xml)), [...xml.matchAll(/<[a-z]/gi)].length);
    });
  }

  it("any text that we escape is the same text for the other parser, in an element and in an attribute", () => {
    fc.assert(
      fc.property(xmlText, xmlText, (text, value) => {
        const read = oracle(`<a b="${escapeXml(value)}" c='${escapeXml(value)}'>${escapeXml(text)}</a>`);
        assert.equal(read.textContent, text);
        assert.equal(read.getAttribute("b"), value);
        assert.equal(read.getAttribute("c"), value);
      }),
    );
  });

  it("any element of escaped text and attributes is read the same", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(xmlText, xmlText), { maxLength: 5 }), (entries) => {
        const children = entries.map(
          ([text, value]) => `<c v="${escapeXml(value)}"> ${escapeXml(text)}\n</c>`,
        );
        const xml = `<?xml version="1.0"?><!-- <c/> --><?c <c/>?><domain>${children.join("<d/>\n")}</domain>`;
        compare(parseDocument(xml, "domain"), oracle(xml));
      }),
    );
  });

  it("a description that we set is the one that the other parser finds", () => {
    fc.assert(
      fc.property(fc.constantFrom(...snapshots), xmlText, ({ xml }, description) => {
        const changed = oracle(withDescription(xml, description));
        assert.deepEqual(
          elements(changed, "description").map((element) => element.textContent),
          [description],
        );
      }),
    );
  });

  it("character references, CDATA and comments are read the same", () => {
    const xml = `<domainsnapshot><name>&#x1F642;&#241;<![CDATA[<&>]]>a<!-- no -->b&amp;lt;</name>\r\n</domainsnapshot>`;
    const root = parseDocument(xml, "domainsnapshot");
    compare(root, oracle(xml));
    assert.equal(root.requiredText("name"), "🙂ñ<&>ab&lt;");
  });

  it("a name that libvirt escaped is read the same", () => {
    const xml = document("9.0.0/snapshot-external-memory");
    const [name] = elements(oracle(xml), "name");
    assert.equal(parseSnapshot(xml).name, `<&>"'`);
    assert.equal(name?.textContent, `<&>"'`);
  });
});
