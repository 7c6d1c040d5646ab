import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { blocks, textOf } from "./documents.js";
import { root } from "./run.js";

const readme = textOf("README.md");

describe("the README", () => {
  it("is no longer than 12 KB", () => {
    assert.ok(Buffer.byteLength(readme) <= 12_000, `${Buffer.byteLength(readme)} bytes`);
  });

  it("has its sections in the order that a newcomer needs them", () => {
    const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    const wanted = [
      "When to use it",
      "Requirements",
      "Install",
      "Quick start",
      "Inputs",
      "Examples",
      "Guarantees",
      "Limits",
      "Links",
    ];
    assert.deepEqual(headings, wanted);
  });

  it("starts with one sentence and the picture", () => {
    const [title, sentence, picture] = readme.split("\n\n");
    assert.equal(title, "# pulumi-virsh");
    assert.match(sentence ?? "", /^\S[^\n]*\.$/);
    assert.doesNotMatch(sentence ?? "", /\. /);
    assert.match(picture ?? "", /^!\[[^\]]+\]\(docs\/snapshot-tree\.svg\)$/);
  });

  it("shows the program of examples/quick-start, in a dozen lines, with an ASCII name", () => {
    const { code } = blocks("README.md", "ts")[0] ?? assert.fail("the README has no program");
    assert.equal(code, textOf("examples/quick-start/index.ts"));
    assert.ok(code.trimEnd().split("\n").length <= 13);
    assert.match(code, /new Snapshot\("[a-z-]+"/);
  });

  it("shows how to install the package with npm, pnpm and yarn", () => {
    for (const command of ["npm install", "pnpm add", "yarn add"]) {
      assert.match(readme, new RegExp(`^${command} pulumi-virsh @pulumi/pulumi`, "m"));
    }
  });

  it("lists ten inputs", () => {
    const [, section = ""] = readme.split("## Inputs");
    assert.equal([...(section.split("## ")[0] ?? "").matchAll(/^- `/gm)].length, 10);
  });

  it("lists every example", () => {
    const rows = [...readme.matchAll(/^\| \[([\w-]+)\]\(examples\/\1\/README\.md\) /gm)];
    assert.deepEqual(rows.map(([, name]) => name).sort(), readdirSync(path.join(root, "examples")).sort());
  });
});
