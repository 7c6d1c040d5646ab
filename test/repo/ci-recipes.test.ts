import assert from "node:assert/strict";
import { blocks } from "./documents.js";

describe("the recipes for pipelines", () => {
  it("use only flags of pulumi that the live tests use", () => {
    const text = blocks("docs/ci.md", "yaml")
      .map(({ code }) => code)
      .join("\n");
    const flags = [...text.matchAll(/pulumi (?:preview|up) [^|\n]*/g)].flatMap(([command]) =>
      command.match(/--[\w-]+/g),
    );
    const known = ["--stack", "--diff", "--non-interactive", "--color", "--refresh", "--expect-no-changes"];
    assert.deepEqual([...new Set(flags)].sort(), [...known, "--save-plan", "--plan", "--yes"].sort());
  });
});
