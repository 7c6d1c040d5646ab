import assert from "node:assert/strict";
import { check } from "../../../provider/snapshot/check.js";
import { nameProblem } from "../../../provider/schema/text-rules.js";

const LINE = "it holds a line break, and virsh lists one name a line. Use one line";
const CONTROL = "it holds a control character, which libvirt drops silently. Remove it";
const HALF = "it holds half a surrogate pair, which UTF-8 cannot carry. Remove that character";
const slash = (instead: string) =>
  `it holds "/", which libvirt refuses. Use another character, for instance ${instead}`;
const dot = (instead: string) =>
  `it starts with ".", which libvirt refuses. Start with another character, for instance ${instead}`;

const REFUSED: [what: string, name: string, reason: string][] = [
  ["no name", "", "a snapshot needs a name. Give one, or leave the property out to use the resource's name"],
  ["248 bytes of UTF-8", "a".repeat(248), "it takes 248 bytes of UTF-8; libvirt can save 247. Shorten it"],
  [
    "few characters of many bytes",
    "🙂".repeat(62),
    "it takes 248 bytes of UTF-8; libvirt can save 247. Shorten it",
  ],
  ["a slash", "a/b", slash('"a-b"')],
  ["nothing but a slash", "/", slash('"-"')],
  ["a way up", "../a", slash('"-a"')],
  ["a leading dot", ".a", dot('"a"')],
  ["nothing but a dot", ".", dot('"checkpoint"')],
  ["a newline", "a\nb", LINE],
  ["a newline at the end", "a\n", LINE],
  ["a carriage return", "a\rb", CONTROL],
  ["a tab", "a\tb", CONTROL],
  ["an escape sequence", "\u001b[31m", CONTROL],
  ["a control character beyond ASCII", "a\u0085", CONTROL],
  ["the first half of a surrogate pair", "a\ud83d", HALF],
  ["the second half of a surrogate pair", "\ude42a", HALF],
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
  for (const [what, name, reason] of REFUSED) {
    it(`is refused for ${what}, in words of its own`, () => {
      const { problems } = check({ domain: "debian12", name });
      const shown = JSON.stringify(name);
      const short = shown.length <= 80 ? shown : `${shown.slice(0, 77)}…"`;
      assert.deepEqual(problems, [{ property: "name", reason: `name: ${short} cannot be used: ${reason}.` }]);
    });
  }

  for (const name of TAKEN) {
    it(`may be ${name.length > 40 ? `of ${Buffer.byteLength(name)} bytes` : name}`, () => {
      assert.deepEqual(check({ domain: "debian12", name }), {
        inputs: { domain: "debian12", name },
        problems: [],
      });
    });
  }

  it("is suggested in a form that would itself be taken", () => {
    for (const [, name, reason] of REFUSED) {
      const [, suggested] = /for instance (".*")$/.exec(nameProblem(name) ?? "") ?? [];
      if (suggested === undefined) assert.doesNotMatch(reason, /for instance/);
      else assert.equal(nameProblem(JSON.parse(suggested) as string), undefined, suggested);
    }
  });
});
