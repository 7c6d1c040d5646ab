import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { textOf } from "./documents.js";
import { root } from "./run.js";

const guarantees = textOf("docs/guarantees.md");

interface Named {
  file: string;
  title: string;
}

/** The tests that a text names: `- [file](../file): "title"`. */
function named(text: string): Named[] {
  return [...text.matchAll(/^- \[([^\]]+)\]\(\.\.\/\1\): "(.+)"$/gm)].map(([, file = "", title = ""]) => ({
    file,
    title,
  }));
}

function exists({ file, title }: Named): boolean {
  if (!existsSync(path.join(root, file))) return false;
  const source = readFileSync(path.join(root, file), "utf8");
  return source.includes(`it(${JSON.stringify(title)}, `);
}

describe("the guarantees", () => {
  it("name at least one test each", () => {
    const [, ...sections] = guarantees.split(/^## /m);
    const without = sections.filter((section) => named(section).length === 0);
    assert.deepEqual(
      without.map((section) => section.split("\n")[0]),
      ["Tested versions"],
    );
  });

  it("name tests that exist, under those names", () => {
    assert.deepEqual(
      named(guarantees).filter((test) => !exists(test)),
      [],
    );
  });

  it("contain no list item in another form than the one that is checked", () => {
    assert.equal(named(guarantees).length, [...guarantees.matchAll(/^- /gm)].length);
  });

  it("that name a missing test are found", () => {
    assert.equal(exists({ file: "test/live/drift.test.ts", title: "no such test" }), false);
    assert.equal(exists({ file: "test/live/nothing.test.ts", title: "no such file" }), false);
  });
});
