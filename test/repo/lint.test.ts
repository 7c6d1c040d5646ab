import assert from "node:assert/strict";
import { ESLint } from "eslint";
import { root, tool } from "./run.js";

describe("the code", () => {
  it("has no lint findings", async () => {
    const eslint = new ESLint({ cwd: root });
    const results = await eslint.lintFiles(["."]);
    const formatter = await eslint.loadFormatter("stylish");
    assert.equal(await formatter.format(results), "");
    for (const room of ["provider/errors.ts", "test/repo/lint.test.ts", "eslint.config.mjs"]) {
      assert.ok(
        results.some(({ filePath }) => filePath.endsWith(room)),
        `${room} was not linted`,
      );
    }
  }).timeout(180_000);

  it("is formatted", () => {
    const { status, stdout, stderr } = tool("prettier/bin/prettier.cjs", ["--check", "."]);
    assert.equal(status, 0, stdout + stderr);
  });

  it("has no unused file, export or dependency, and none that is not declared", () => {
    const { status, stdout, stderr } = tool("knip/bin/knip.js", ["--no-progress"]);
    assert.equal(status, 0, stdout + stderr);
  });
});
