import assert from "node:assert/strict";
import fc from "fast-check";
import { isVirshError } from "../../../provider/errors.js";
import { escapeXml } from "../../../provider/xml/characters.js";
import { parseDocument } from "../../../provider/xml/document.js";
import { parseDomain } from "../../../provider/xml/domain.js";
import { parseSnapshot } from "../../../provider/xml/snapshot.js";
import { xmlText } from "./arbitraries.js";
import { corpus, document } from "./corpus.js";

const parsers = { snapshot: parseSnapshot, domain: parseDomain };

/** The message with which a text is refused as a snapshot. */
function refusal(xml: string): string {
  try {
    parseSnapshot(xml);
  } catch (error) {
    assert.ok(isVirshError(error, "Unexpected"), String(error));
    return error.message;
  }
  return assert.fail(`accepted: ${xml}`);
}

describe("a text that is not the expected XML", () => {
  const snapshot = document("9.0.0/snapshot-internal-memory");
  const inside = (text: string) => snapshot.replace("</name>", `</name>${text}`);

  const refusals: [what: string, xml: string, said: RegExp][] = [
    ["nothing", "", /line 1: document must contain a root element\.$/],
    ["blanks", " \n", /document must contain a root element\.$/],
    ["the text of an error", "error: failed to get domain 'x'\n", /text data outside of root node\.$/],
    ["JSON", '{"name": "a"}', /line 1: text data outside of root node\.$/],
    ["text before the document", `x${snapshot}`, /line 1: text data outside of root node\.$/],
    ["text after the document", `${snapshot}x`, /text data outside of root node\.$/],
    ["a domain", document("9.0.0/domain-off"), /: it is <domain>\.$/],
    ["two documents", snapshot + snapshot, /documents may contain only one root\.$/],
    ["two empty documents", "<domainsnapshot/><domainsnapshot/>", /documents may contain only one root\.$/],
    ["an empty root", "<domainsnapshot/>", /: it has no element <state>\.$/],
    ["a comment alone", "<!-- <domainsnapshot/> -->", /document must contain a root element\.$/],
    ["a DOCTYPE", `<!DOCTYPE domainsnapshot>${snapshot}`, /: it has a DOCTYPE\.$/],
    [
      "a DOCTYPE with an entity",
      `<!DOCTYPE domainsnapshot [<!ENTITY e "x">]>${inside("<description>&e;</description>")}`,
      /: it has a DOCTYPE\.$/,
    ],
    ["another declaration, closed", inside("<!ELEMENT name/>"), /line 2: incorrect syntax\.$/],
    ["another declaration", inside("<!ELEMENT name>"), /line 2: incorrect syntax\.$/],
    [
      "a closing tag in the place of an element",
      inside("</x/>"),
      /Unable to read the XML of <domainsnapshot>: /,
    ],
    [
      "an end that comes early",
      snapshot.replace("</domainsnapshot>", "</x/></domainsnapshot>"),
      /: disallowed character in closing tag\.$/,
    ],
    ["an ampersand after the end", `${snapshot.trimEnd()}&`, /text data outside of root node\.$/],
    ["an unknown entity", inside("<description>&e;</description>"), /: undefined entity\.$/],
    [
      "a bare ampersand in an attribute",
      inside("<x y='a & b'/>"),
      /Unable to read the XML of <domainsnapshot>: /,
    ],
    ["an entity named like a property", inside("<x>&constructor;</x>"), /: undefined entity\.$/],
    ["an entity without its end", inside("<x y='&ltx'/>"), /Unable to read the XML of <domainsnapshot>: /],
    ["a reference to no character", inside("<x>&#x110000;</x>"), /: malformed character entity\.$/],
    ["a reference to what XML cannot carry", inside("<x>&#0;</x>"), /: malformed character entity\.$/],
    ["a lone surrogate by reference", inside("<x>&#xD800;</x>"), /: malformed character entity\.$/],
    ["a control character", inside("<x>\u0007</x>"), /: it contains the character U\+0007\.$/],
    ["a lone surrogate", inside("<x>\uD83D</x>"), /: it contains the character U\+D83D\.$/],
    ["a comment that does not end", inside("<!-- "), /Unable to read the XML of <domainsnapshot>: /],
    ["an attribute without quotes", inside("<x y=z/>"), /Unable to read the XML of <domainsnapshot>: /],
    ["elements that cross", inside("<x><y></x></y>"), /line 2: unexpected close tag\.$/],
  ];
  for (const [what, xml, said] of refusals) {
    it(`is refused: ${what}`, () => {
      const message = refusal(xml);
      assert.ok(message.startsWith("Unable to read the XML of <"), message);
      assert.match(message, said);
    });
  }

  it("is refused wherever a document of libvirt is truncated", () => {
    for (const { name, kind, xml } of corpus) {
      const bytes = Buffer.from(xml.trimEnd());
      // At every byte of the shorter documents, which differ from the others only in their devices.
      const step = bytes.length < 2000 ? 1 : 29;
      for (let cut = 0; cut < bytes.length; cut += step) {
        const text = bytes.subarray(0, cut).toString();
        assert.throws(
          () => parsers[kind](text),
          (error) => isVirshError(error, "Unexpected"),
          `${name} cut at ${cut}`,
        );
      }
    }
  });

  it("is refused with that one error, whatever the text is", () => {
    fc.assert(
      fc.property(fc.oneof(xmlText, fc.string({ unit: "binary" })), (text) => {
        for (const parse of Object.values(parsers)) {
          assert.throws(
            () => parse(text),
            (error) => isVirshError(error, "Unexpected"),
          );
        }
      }),
    );
  });

  it("is refused or read completely if one byte of a document of libvirt is changed", () => {
    const flipped = fc.record({
      source: fc.constantFrom(...corpus),
      at: fc.nat(),
      to: fc.constantFrom("<", ">", "&", "'", '"', "/", "!", "x"),
    });
    fc.assert(
      fc.property(flipped, ({ source: { kind, xml }, at, to }) => {
        const index = at % xml.length;
        const changed = xml.slice(0, index) + to + xml.slice(index + 1);
        try {
          assert.ok(parsers[kind](changed).name);
        } catch (error) {
          assert.ok(isVirshError(error, "Unexpected"), String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("XML characters", () => {
  const name = (written: string) => parseDocument(`<a><name>${written}</name></a>`, "a").requiredText("name");

  for (const text of ["0123", "true", "1e3", "0x10", " ", "  a  ", "%s%n", "__proto__", "null", "-0", "١"]) {
    it(`keep the text ${JSON.stringify(text)} the same string`, () => {
      assert.equal(name(text), text);
      assert.equal(parseDocument(`<a b="${text}"/>`, "a").attribute("b"), text);
    });
  }

  it("are decoded from decimal and hexadecimal references and XML's five entities, once", () => {
    assert.equal(name("&#65;&#x1f642;&#X1F642;".replace("X", "x")), "A🙂🙂");
    assert.equal(name("&lt;&gt;&amp;&quot;&apos;"), `<>&"'`);
    assert.equal(name("&amp;lt;&amp;#65;"), "&lt;&#65;");
    assert.equal(name("a&#13;&#10;&#9;b"), "a\r\n\tb");
  });

  it("are decoded, however many references there are", () => {
    assert.equal(name("&amp;".repeat(200_000)), "&".repeat(200_000));
  });

  it("read a literal line break of any kind as a newline, as XML requires", () => {
    assert.equal(name("a\r\nb\rc\nd"), "a\nb\nc\nd");
  });

  it("survive escaping and decoding, whatever the text", () => {
    fc.assert(
      fc.property(xmlText, (text) => {
        assert.equal(parseDocument(`<a b='${escapeXml(text)}'>${escapeXml(text)}</a>`, "a").text, text);
        assert.equal(parseDocument(`<a b='${escapeXml(text)}'/>`, "a").attribute("b"), text);
      }),
    );
  });

  for (const [written, shown] of [
    ["\0", "U+0000"],
    ["\u001b", "U+001B"],
    ["\ud800", "U+D800"],
    ["\udc00x", "U+DC00"],
    ["\uffff", "U+FFFF"],
  ] as const) {
    it(`are refused when XML cannot carry them: ${shown}`, () => {
      assert.throws(() => escapeXml(`a${written}`), {
        name: "VirshError",
        kind: "Invalid",
        message: `Unable to write a text as XML: it contains the character ${shown}, which XML cannot carry.`,
      });
    });
  }
});
