import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { documents, textOf } from "./documents.js";
import { root } from "./run.js";

/** What a reader sees: without blocks of code and without comments. */
function prose(document: string): string {
  return textOf(document)
    .replaceAll(/^(`{3,})[^]*?^\1$/gm, "")
    .replaceAll(/<!--[^]*?-->/g, "");
}

/** As GitHub makes them of headings. A heading that occurs again gets a number. */
function anchors(text: string): string[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

/** The relative links of a text to what does not exist. */
function broken(document: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? document : path.join(path.dirname(document), file);
      if (!existsSync(path.join(root, target))) return true;
      return anchor !== undefined && !anchors(prose(target)).includes(anchor);
    });
}

describe("the documents", () => {
  for (const document of documents()) {
    it(`${document}: every relative link leads to a file and a heading that exist`, () => {
      assert.deepEqual(broken(document, prose(document)), []);
    });
  }

  it("a link to a missing file or heading is found", () => {
    const text = "[a](docs/ci.md#the-drift-alarm) [b](docs/nothing.md) [c](docs/ci.md#nothing)";
    assert.deepEqual(broken("README.md", text), ["docs/nothing.md", "docs/ci.md#nothing"]);
  });

  it("each document in docs/ is linked from the README", () => {
    const own = documents().filter((document) => document.startsWith("docs/"));
    assert.deepEqual(
      own.filter((document) => !textOf("README.md").includes(`](${document})`)),
      [],
    );
  });
});
