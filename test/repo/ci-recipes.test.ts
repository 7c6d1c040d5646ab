import assert from "node:assert/strict";
import { format } from "prettier";
import { blocks } from "./documents.js";

const DOCUMENT = "docs/ci.md";

/** Whether it is YAML: prettier parses what it formats. */
function parses(code: string): Promise<boolean> {
  return format(code, { parser: "yaml" }).then(
    () => true,
    () => false,
  );
}

describe("the recipes for pipelines", () => {
  const recipes = blocks(DOCUMENT, "yaml");

  it("are YAML", async () => {
    assert.ok(recipes.length > 0, "there are some");
    for (const { line, code } of recipes) assert.ok(await parses(code), `${DOCUMENT}:${line}`);
    assert.equal(await parses("jobs:\n  - run: a\n  b"), false);
  });

  it("run no flag of pulumi that the tests do not", () => {
    const text = recipes.map(({ code }) => code).join("\n");
    const flags = [...text.matchAll(/pulumi (?:preview|up) [^|\n]*/g)].flatMap(([command]) =>
      command.match(/--[\w-]+/g),
    );
    const known = ["--stack", "--diff", "--non-interactive", "--color", "--refresh", "--expect-no-changes"];
    assert.deepEqual([...new Set(flags)].sort(), [...known, "--save-plan", "--plan", "--yes"].sort());
  });
});
