import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { generated } from "../../tools/generate/files.js";
import { root } from "./run.js";

const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

const FILES = [
  "sdk/generated/snapshot-types.ts",
  "sdk/generated/function-types.ts",
  "README.md",
  "docs/behaviour.md",
];

describe("what is generated from the tables of inputs and outputs", () => {
  for (const file of FILES) {
    it(`is up to date in ${file}`, async () => {
      const text = (await generated(read)).get(file);
      assert.equal(read(file), text, `run npm run generate: ${file} is not what the tables give`);
    });
  }

  it("is those files, and no others", async () => {
    assert.deepEqual([...(await generated(read)).keys()], FILES);
  });

  it("takes the place of what a hand has changed within the README, and of nothing around it", async () => {
    const readme = read("README.md");
    const edited = readme.replace("| `domain` ", "| `host` ").replace(/^\| `isCurrent` .*\n/m, "");
    assert.notEqual(edited, readme);
    assert.equal((await generated(() => edited)).get("README.md"), readme);
    const around = `${readme}\nMore.\n`;
    assert.equal((await generated(() => around)).get("README.md"), around);
  });

  it("needs a place in the README, and says which", async () => {
    const without = read("README.md").replace("<!-- end of outputs -->", "");
    await assert.rejects(
      generated(() => without),
      /^Error: README\.md has no place for the outputs: <!-- outputs: made by npm run generate --> … <!-- end of outputs -->$/,
    );
  });
});
