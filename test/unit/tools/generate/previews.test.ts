import assert from "node:assert/strict";
import { preview, previewLines, previewOfDomains } from "../../../../tools/generate/previews.js";

const recorded = `Diagnostics:
  pulumi:pulumi:Stack (project-test):
    warning: debian12 will go back to snapshot "a".
    and something else.

Resources:
    ~ 1 to update
    +-1 to replace
    1 unchanged
`;

const read = (file: string) => {
  assert.equal(file, "test/golden/previews/revert.txt");
  return recorded;
};

describe("a recorded preview in a document", () => {
  it("has the names of the quick start", () => {
    const text = preview(read, "revert");
    assert.match(text, /^```text\nDiagnostics:\n {2}pulumi:pulumi:Stack \(quick-start-dev\):\n/);
    assert.match(text, /snapshot "before-upgrade"\./);
    assert.match(text, / {4}1 unchanged\n```$/);
  });

  it("is reduced to the provider's lines, under the document's names", () => {
    const lines = ['warning: web will go back to snapshot "clean".', "and something else."];
    assert.equal(
      previewLines(read, ["revert"], { domain: "web", snapshot: "clean" }),
      ["```text", ...lines, "```"].join("\n"),
    );
  });

  it("is repeated for each domain", () => {
    const text = previewOfDomains(read, "revert", ["web", "db"], { snapshot: "clean" });
    assert.deepEqual(text.match(/^warning: \w+/gm), ["warning: web", "warning: db"]);
  });
});
