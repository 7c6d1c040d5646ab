import assert from "node:assert/strict";
import * as path from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
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

  it("has no dependency that the rules refuse", () => {
    const { status, stdout, stderr } = tool("dependency-cruiser/bin/dependency-cruiser.mjs", [
      "provider",
      "sdk",
    ]);
    assert.equal(status, 0, stdout + stderr);
  });

  it("is formatted", () => {
    const { status, stdout, stderr } = tool("prettier/bin/prettier.cjs", ["--check", "."]);
    assert.equal(status, 0, stdout + stderr);
  });

  it("has no unused file, export or dependency, and none that is not declared", () => {
    const { status, stdout, stderr } = tool("knip/bin/knip.js", ["--no-progress"]);
    assert.equal(status, 0, stdout + stderr);
  });
});

describe("the lint rules", () => {
  /** The project's own configuration, less what needs type information: the texts below are no files. */
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: {
      languageOptions: { parserOptions: { projectService: false } },
      rules: { ...tseslint.configs.disableTypeChecked.rules },
    },
  });

  async function restricted(code: string): Promise<string[]> {
    const [result] = await eslint.lintText(code, { filePath: path.join(root, "provider/virsh/process.ts") });
    assert.ok(result);
    return result.messages
      .filter(({ ruleId }) => ruleId === null || ruleId === "no-restricted-syntax")
      .map(({ message }) => message);
  }

  for (const option of [`shell: true`, `"shell": "/bin/sh"`, `shell`]) {
    it(`refuse to start a process with { ${option} }`, async () => {
      const found = await restricted(`const shell = 1; run("virsh", { ${option} });`);
      assert.deepEqual(found, ["No process is started through a shell."]);
    });
  }

  const shared = [
    `let last = 0;`,
    `export let last = 0;`,
    `var last = 0;`,
    `const seen = new Map<string, number>();`,
    `export const seen: Set<string> = new Set();`,
    `const seen = new WeakMap<object, string>();`,
  ];
  for (const code of shared) {
    it(`refuse a module that keeps state: ${code}`, async () => {
      const found = await restricted(code);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(String(found[0]), /^Two providers in one process must not share state/);
    });
  }

  const own = [
    `const names: ReadonlySet<string> = new Set(["a"]);`,
    `function count(): number { let sum = 0; const seen = new Map(); return sum + seen.size; }`,
    `class Memory { readonly seen = new Map<string, number>(); }`,
  ];
  for (const code of own) {
    it(`allow what no other module can change: ${code}`, async () => {
      assert.deepEqual(await restricted(code), []);
    });
  }
});
