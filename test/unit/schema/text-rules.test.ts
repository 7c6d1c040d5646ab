import assert from "node:assert/strict";
import fc from "fast-check";
import { isPlainName, nameProblem, suggestedName } from "../../../provider/schema/text-rules.js";

const LINE = "it contains a line break, and virsh lists one name per line";
const CONTROL = "it contains a control character, which libvirt drops without an error";
const HALF = "it contains half of a surrogate pair, which UTF-8 cannot encode";
const SLASH = 'it contains "/", which libvirt refuses';
const DOT = 'it starts with ".", which libvirt refuses';
const LONG = "it takes 248 bytes of UTF-8, and libvirt can save 247";

const REFUSED: [what: string, name: string, reason: string, suggested: string][] = [
  ["248 bytes of UTF-8", "a".repeat(248), LONG, "a".repeat(247)],
  ["few characters of many bytes", "🙂".repeat(62), LONG, "checkpoint"],
  ["few letters of many bytes", "é".repeat(124), LONG, "e".repeat(124)],
  ["a slash", "a/b", SLASH, "a-b"],
  ["nothing but a slash", "/", SLASH, "checkpoint"],
  ["a path to a parent folder", "../a", SLASH, "a"],
  ["a slash and other characters", "instantánea/ 1", SLASH, "instantanea-1"],
  ["a leading dot", ".a", DOT, "a"],
  ["nothing but a dot", ".", DOT, "checkpoint"],
  ["a newline", "a\nb", LINE, "a-b"],
  ["a newline at the end", "a\n", LINE, "a"],
  ["a carriage return", "a\rb", CONTROL, "a-b"],
  ["a tab", "a\tb", CONTROL, "a-b"],
  ["an escape sequence", "\u001b[31m", CONTROL, "31m"],
  ["a control character beyond ASCII", "a\u0085", CONTROL, "a"],
  ["the first half of a surrogate pair", "a\ud83d", HALF, "a"],
  ["the second half of a surrogate pair", "\ude42a", HALF, "a"],
];

const TAKEN = [
  "a b",
  "$(touch pwned)",
  "'; touch pwned; '",
  '"q"',
  "-x",
  "--domain",
  "--",
  "0123",
  "true",
  "%s%n",
  `<&>"'`,
  "ñ日本🙂",
  "a.b",
  "\\",
  "a".repeat(247),
  "é".repeat(123) + "e",
];

describe("the name of a snapshot", () => {
  for (const [what, name, reason, suggested] of REFUSED) {
    it(`is refused for ${what}, with a name that works`, () => {
      assert.equal(nameProblem(name), `${reason}. Use another name, for example "${suggested}"`);
    });
  }

  it("is refused when it is empty", () => {
    assert.equal(
      nameProblem(""),
      "a snapshot needs a name. Give one, or leave the property out to use the resource's name",
    );
  });

  for (const name of TAKEN) {
    it(`may be ${name.length > 40 ? `of ${Buffer.byteLength(name)} bytes` : name}`, () => {
      assert.equal(nameProblem(name), undefined);
    });
  }
});

describe("a plain name", () => {
  it("is made of A-Z a-z 0-9 . _ - alone", () => {
    assert.ok(isPlainName("A-z_0.9"));
    for (const name of ["", "ña", "añ", "aña", "a b", "a\n"]) assert.ok(!isPlainName(name), name);
  });
});

describe("a suggested name", () => {
  const suggestions: [name: string, suggested: string][] = [
    ["instantánea1", "instantanea1"],
    ["before upgrade", "before-upgrade"],
    ["Ångström (2)", "Angstrom-2"],
    ["日本", "checkpoint"],
    ["a--", "a"],
    ["A-z_0.9", "A-z_0.9"],
  ];
  for (const [name, suggested] of suggestions) {
    it(`for ${name} is ${suggested}`, () => {
      assert.equal(suggestedName(name), suggested);
    });
  }

  it("is accepted by every libvirt, whatever name it is for", () => {
    const anyName = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: fc.constantFrom(".", "-", "/", "é", "\ud800", "\n", "a", "🙂"), maxLength: 300 }),
    );
    fc.assert(
      fc.property(anyName, (name) => {
        const suggested = suggestedName(name);
        assert.equal(nameProblem(suggested), undefined);
        assert.ok(isPlainName(suggested), suggested);
      }),
    );
  });
});
