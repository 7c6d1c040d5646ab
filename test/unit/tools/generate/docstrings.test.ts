import assert from "node:assert/strict";
import { functionsOf, interfacesOf } from "../../../../tools/generate/docstrings.js";
import { fill } from "../../../../tools/generate/fill.js";

describe("docstrings, as the reference is made of them", () => {
  it("give the properties of an interface, with their types and paragraphs", () => {
    const source = `
      /** A thing. */
      export interface Thing extends Other {
        /**
         * What it
         * is.
         *
         * Default: \`none\`.
         */
        a?: "x" |
          "y";
        b: string[];
      }`;
    assert.deepEqual(interfacesOf(source).get("Thing"), {
      paragraphs: ["A thing."],
      extends: ["Other"],
      properties: [
        { name: "a", type: '"x" | "y"', optional: true, paragraphs: ["What it is.", "Default: `none`."] },
        { name: "b", type: "string[]", optional: false, paragraphs: [] },
      ],
    });
  });

  it("give what a function does", () => {
    const source = "/** Does it. */\nexport function act(): void {}\nfunction bare(): void {}";
    assert.deepEqual(
      [...functionsOf(source)],
      [
        ["act", ["Does it."]],
        ["bare", []],
      ],
    );
  });
});

describe("filling a document", () => {
  const text = "x\n<!-- a: made by npm run generate -->\nold\n<!-- end of a -->\ny";

  it("replaces what is between the markers", () => {
    const filled = "x\n<!-- a: made by npm run generate -->\n\nnew\n\n<!-- end of a -->\ny";
    assert.equal(fill("D.md", text, { a: "new" }), filled);
  });

  it("fails where the document has no such markers", () => {
    assert.throws(() => fill("D.md", text, { b: "new" }), /^Error: D\.md has no place for the b: /);
  });
});
