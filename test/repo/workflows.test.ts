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

  it("would be found out with an expression of something that does not exist", () => {
    const wrong = textOf(path.join(FOLDER, "ci.yml")).replace("github.workspace", "github.nothing");
    assert.match(lint(wrong).stdout, /property "nothing" is not defined/);
  });
});

describe("the pipeline of the workflows", () => {
  it("runs .ci/run for every push to main and every pull request", () => {
    const text = textOf(path.join(FOLDER, "ci.yml"));
    assert.match(text, /^ {2}push:\n {4}branches: \[main\]\n {2}pull_request:$/m);
    assert.match(text, /^ {6}- run: \.ci\/run$/m);
  });

  it("publishes with provenance, on a tag that is the version, after the tests", () => {
    const text = textOf(path.join(FOLDER, "release.yml"));
    assert.match(text, /^ {4}tags: \["v/m);
    assert.match(text, /^ {4}needs: test$/m);
    assert.match(text, /^ {6}id-token: write$/m);
    assert.match(text, /^ {6}- run: npm publish --provenance --access public$/m);
  });

  it("names neither a secret nor a token that is stored", () => {
    for (const file of readdirSync(path.join(root, FOLDER))) {
      assert.doesNotMatch(textOf(path.join(FOLDER, file)), /secrets\./);
    }
  });
});
