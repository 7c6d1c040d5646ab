import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { cachedFolder } from "./cache.js";
import { textOf } from "./documents.js";
import { root, run, type Outcome } from "./run.js";

const VERSION = "v1.7.12";
const FOLDER = ".github/workflows";

/** Go's own command: from PATH, or from where its installer puts it. */
function go(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/local/go/bin"];
  return folders.map((folder) => path.join(folder, "go")).find((file) => existsSync(file));
}

/** actionlint, the linter of GitHub's workflows, compiled once from its Go module. */
function linter(compiler: string): string {
  const folder = cachedFolder(`actionlint-${VERSION}`, (fresh) => {
    const module = `github.com/rhysd/actionlint/cmd/actionlint@${VERSION}`;
    const { status, stderr } = run(compiler, ["install", module], { env: { GOBIN: fresh, GOFLAGS: "" } });
    assert.equal(status, 0, stderr);
  });
  return path.join(folder, "actionlint");
}

describe("the workflows (needs Go)", () => {
  let lint: (text: string) => Outcome;

  before(function () {
    this.timeout(300_000);
    const compiler = go();
    if (compiler === undefined) this.skip();
    const program = linter(compiler);
    lint = (text) =>
      run(program, ["-no-color", "-shellcheck=", "-pyflakes=", "-"], { cwd: root, input: text });
  });

  for (const file of readdirSync(path.join(root, FOLDER))) {
    it(`${file} has no finding of actionlint ${VERSION}`, () => {
      const { stdout, stderr } = lint(textOf(path.join(FOLDER, file)));
      assert.equal(stdout + stderr, "");
    });
  }

  it("an expression with a property that does not exist is found", () => {
    const wrong = textOf(path.join(FOLDER, "ci.yml")).replace("github.ref", "github.nothing");
    assert.match(lint(wrong).stdout, /property "nothing" is not defined/);
  });
});

describe("the workflows", () => {
  it("run .ci/run for every push to main and every pull request", () => {
    const text = textOf(path.join(FOLDER, "ci.yml"));
    assert.match(text, /^ {2}push:\n {4}branches: \[main\]\n {2}pull_request:$/m);
    assert.match(text, /^ {6}- run: \.ci\/run$/m);
  });

  it("publish with provenance after the tests, on a tag that names the version", () => {
    const text = textOf(path.join(FOLDER, "release.yml"));
    assert.match(text, /^ {4}tags: \["v/m);
    assert.match(text, /^ {4}needs: test$/m);
    assert.match(text, /^ {6}id-token: write$/m);
    assert.match(text, /^ {6}- run: npm publish --provenance --access public$/m);
  });

  it("use no stored secret or token", () => {
    for (const file of readdirSync(path.join(root, FOLDER))) {
      assert.doesNotMatch(textOf(path.join(FOLDER, file)), /secrets\./);
    }
  });
});
