import assert from "node:assert/strict";
import { pack, type Packed } from "./package.js";
import { tool } from "./run.js";

describe("the packed package", () => {
  let packed: Packed;
  before(() => (packed = pack()));

  it("holds the compiled entry points with their types, and what a reader needs", () => {
    const entries = ["dist/sdk/index", "dist/provider/dynamic-handler", "dist/provider/domain-command"];
    const texts = ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "provider/plugin/schema.json"];
    const wanted = [...entries.flatMap((entry) => [`${entry}.js`, `${entry}.d.ts`]), ...texts];
    assert.deepEqual(
      wanted.filter((file) => !packed.files.includes(file)),
      [],
    );
  });

  it("holds nothing else: no sources, no tests, no maps of absent sources", () => {
    const expected =
      /^([A-Z]+\.md|LICENSE|package\.json|provider\/plugin\/schema\.json|dist\/(provider|sdk)\/.+(\.d\.ts|\.js))$/;
    assert.deepEqual(
      packed.files.filter((file) => !expected.test(file)),
      [],
    );
  });

  it("is small", () => {
    assert.ok(packed.size < 230_000, `${packed.size} bytes`);
  });

  it("is found right by publint", () => {
    const { status, stdout, stderr } = tool("publint/src/cli.js", ["run", packed.tarball, "--strict"]);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /All good!/);
  });

  it("has types that resolve as its code does, in every kind of module", () => {
    const { status, stdout, stderr } = tool("@arethetypeswrong/cli/dist/index.js", [packed.tarball]);
    assert.equal(status, 0, stdout + stderr);
  });
});
