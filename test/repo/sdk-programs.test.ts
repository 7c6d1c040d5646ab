import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { findGo, SDK_FOLDERS } from "../../tools/generate/sdks.js";
import { goDo, goModule, installSdk, python, succeed } from "./other-languages.js";
import { root, run } from "./run.js";

/** What a program asked the engine for, by the name of the resource. */
type Asked = Record<string, { type: string; inputs: object; aliases?: string[]; version?: string }>;

const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };

/** The same program in each language: see programs/. */
const DECLARED = {
  call: { type: "virsh:index:getSnapshots", inputs: { domain: "debian12", topological: true } },
  vm: { type: "virsh:index:Domain", inputs: { xml: "<domain/>", running: false } },
  checkpoint: {
    type: "virsh:index:Snapshot",
    inputs: {
      domain: "debian12",
      description: "leaf",
      diskOnly: true,
      quiesce: "required",
      disks: [{ name: "vda", snapshot: "external" }],
      revert: { triggers: [1, "two"] },
    },
  },
};

/** Type and inputs of everything but the provider, whose inputs each language wraps in its own way. */
function declared({ host, ...others }: Asked): object {
  assert.equal(host?.type, "pulumi:providers:virsh");
  return Object.fromEntries(
    Object.entries(others).map(([name, { type, inputs }]) => [name, { type, inputs }]),
  );
}

describe("a program with an SDK that is generated", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), "virsh-sdk-programs-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("for Go", () => {
    let go: string;

    before(function () {
      const found = findGo();
      if (found === undefined) {
        process.stderr.write("Go is not installed: the Go SDK is not compiled\n");
        this.skip();
      }
      go = found;
    });

    it("finds every dependency of the SDK in its go.mod and go.sum", () => {
      succeed(goDo(go, "list", ["-deps", "./..."], path.join(root, SDK_FOLDERS.go)));
    }).timeout(300_000);

    it("compiles without a complaint, and declares what it says", () => {
      goModule(folder, path.join(root, "test/repo/programs/main.go"));
      const name = /^module (\S+)$/m.exec(
        readFileSync(path.join(root, SDK_FOLDERS.go, "go.mod"), "utf8"),
      )?.[1];
      succeed(goDo(go, "vet", [".", `${name ?? ""}/...`], folder));
      succeed(goDo(go, "build", ["-ldflags", "-s -w", "-o", "program", "."], folder));
      const asked = JSON.parse(succeed(run(path.join(folder, "program"), []))) as Asked;
      assert.deepEqual(declared(asked), DECLARED);
      assert.deepEqual(asked["checkpoint"]?.aliases, ["pulumi-nodejs:dynamic/virsh:Snapshot"]);
      assert.equal(asked["checkpoint"].version, version);
    }).timeout(300_000);
  });

  describe("for Python", () => {
    it("installs with pip, and declares what it says", function () {
      const found = python();
      if ("missing" in found) {
        process.stderr.write(`The Python SDK is not tested. This machine does not have ${found.missing}\n`);
        this.skip();
      }
      installSdk(found.program, folder);
      const program = path.join(root, "test/repo/programs/main.py");
      const env = { PYTHONPATH: path.join(folder, "installed") };
      const asked = JSON.parse(succeed(run(found.program, [program], { env }))) as Asked;
      assert.deepEqual(declared(asked), DECLARED);
    }).timeout(300_000);
  });
});
