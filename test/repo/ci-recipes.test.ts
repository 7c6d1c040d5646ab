import assert from "node:assert/strict";
import { blocks, textOf } from "./documents.js";

/** Where the command line of Pulumi is tested. */
const TESTS = ["test/live/cli.test.ts", "test/live/pipeline.test.ts", "test/live/support/command-line.ts"];

describe("the recipes for pipelines", () => {
  it("use only flags of pulumi that the live tests use", () => {
    const recipes = blocks("docs/ci.md", "yaml").map(({ code }) => code);
    const commands = recipes.flatMap((code) => [...code.matchAll(/pulumi (?:preview|up) [^|\n]*/g)]);
    const flags = new Set(commands.flatMap(([command]) => command.match(/--[\w-]+/g) ?? []));
    const tests = TESTS.map(textOf).join("\n");
    assert.ok(flags.has("--save-plan"), "the flags are found");
    // Plans are an option of the Automation API there, and the title names the flags.
    assert.deepEqual(
      [...flags].filter((flag) => !new RegExp(`${flag}(?![\\w-])`).test(tests)),
      [],
    );
  });
});
