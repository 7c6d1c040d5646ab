import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { root, tool } from "./run.js";

describe("the report of a test run", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), "virsh-report-"))));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs mocha, set up as for the project, on one file of tests. */
  function report(tests: string, more: object = {}): { status: number | null; last: string | undefined } {
    const file = path.join(folder, "sample.test.cjs");
    writeFileSync(file, tests);
    const config = path.join(root, ".mocharc.json");
    // The run that this test is part of may have a tally of its own.
    const env = { TEST_TALLY: undefined, ...more };
    const { status, stdout } = tool("mocha/bin/mocha.js", ["--config", config, file], { env });
    return { status, last: /(?:^|\n)([^\n]*)\n$/.exec(stdout)?.[1] };
  }

  const pass = `it("passes", () => {});`;
  const fail = `it("fails", () => { throw new Error("no"); });`;
  const skip = `it("is to come");`;
  const hang = `it("hangs", () => new Promise(() => {}));`;
  const cases: [what: string, tests: string, status: number, last: string][] = [
    ["passed tests", pass + pass, 0, "2 passed, 0 failed"],
    ["failed tests", pass + fail + fail, 2, "1 passed, 2 failed"],
    ["skipped tests", pass + skip + skip, 0, "1 passed, 0 failed, 2 skipped"],
    ["a failed hook", `${pass} after(() => { throw new Error("no"); });`, 1, "1 passed, 1 failed"],
    ["an error nobody caught", `before(() => setTimeout(() => no(), 5)); ${hang}`, 1, "0 passed, 1 failed"],
    [
      "a rejection nobody handled",
      `before(() => setTimeout(() => Promise.reject(1), 5)); ${hang}`,
      1,
      "0 passed, 1 failed",
    ],
    ["a run without tests as failed", "", 1, "0 passed, 1 failed"],
    ["a run with nothing but skipped tests as failed", skip, 1, "0 passed, 1 failed, 1 skipped"],
  ];
  for (const [what, tests, status, last] of cases) {
    it(`counts ${what} in its last line`, () => {
      assert.deepEqual(report(tests), { status, last });
    });
  }

  it("is left to whoever adds up several runs, and given the numbers", () => {
    const tally = path.join(folder, "tally.json");
    const { status, last } = report(pass + skip, { TEST_TALLY: tally });
    assert.equal(status, 0);
    assert.doesNotMatch(last ?? "", /passed/);
    assert.deepEqual(JSON.parse(readFileSync(tally, "utf8")), { passed: 1, failed: 0, skipped: 1 });
  });

  it("is not given for tests that do not load, or are narrowed by .only", () => {
    assert.deepEqual(report(`${pass} require("./absent.cjs");`), { status: 1, last: undefined });
    assert.deepEqual(report(`it.only("passes", () => {});`), { status: 1, last: undefined });
  });
});
