import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { generated } from "../../tools/generate/files.js";
import { root } from "./run.js";

const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

/** Generated as a whole, or in part. */
const FILES = [
  "sdk/generated/snapshot-types.ts",
  "sdk/generated/domain-types.ts",
  "sdk/generated/function-types.ts",
  "provider/plugin/schema.json",
  "README.md",
  "docs/reference.md",
  "docs/previews.md",
  "docs/troubleshooting.md",
  "examples/many-vms/README.md",
  "docs/guarantees.md",
  "docs/ci.md",
  "docs/benchmarks.md",
  "docs/domain.md",
  "examples/quick-start/README.md",
  "examples/checkpoint/README.md",
  "examples/before-upgrade/README.md",
  "examples/adopt-existing/README.md",
  "examples/vm-with-checkpoint/README.md",
  "docs/behaviour.md",
  "docs/snapshot-tree.svg",
  "docs/benchmarks.svg",
];

describe("what is generated from the tables, the recorded previews, the recorded run and the bench", () => {
  for (const file of FILES) {
    it(`is up to date in ${file}`, async () => {
      const text = (await generated(read)).get(file);
      assert.equal(read(file), text, `run npm run generate: ${file} is not what the sources give`);
    });
  }

  it("consists of these files, and no others", async () => {
    assert.deepEqual([...(await generated(read)).keys()], FILES);
  });

  /** What is generated where one file has another text. */
  const generatedWith = (file: string, text: string) => generated((any) => (any === file ? text : read(any)));

  it("replaces what was edited by hand in a document's tables, and nothing around them", async () => {
    const file = "docs/reference.md";
    const edited = read(file)
      .replace("| `domain` ", "| `host` ")
      .replace(/^\| `isCurrent` .*\n/m, "");
    assert.notEqual(edited, read(file));
    assert.equal((await generatedWith(file, edited)).get(file), read(file));
    const around = `${read(file)}\nMore.\n`;
    assert.equal((await generatedWith(file, around)).get(file), around);
  });

  it("follows a recorded preview wherever a document quotes it", async () => {
    const golden = "test/golden/previews/revert.txt";
    const files = await generatedWith(golden, read(golden).replace("warning:", "attention:"));
    assert.match(files.get("README.md") ?? "", /attention: debian12/);
  });

  it("fails if the document has no place for a part, and names the part", async () => {
    const without = read("README.md").replace("<!-- end of versions -->", "");
    await assert.rejects(
      generatedWith("README.md", without),
      /^Error: README\.md has no place for the versions: <!-- versions: made by npm run generate --> … <!-- end of versions -->$/,
    );
  });
});
