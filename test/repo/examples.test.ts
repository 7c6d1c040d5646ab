import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { GATES } from "../../provider/capabilities/version-gates.js";
import { root } from "./run.js";

interface Manifest {
  name: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const examples = readdirSync(path.join(root, "examples"));

function read(...file: string[]): string {
  return readFileSync(path.join(root, ...file), "utf8");
}

function manifest(...folder: string[]): Manifest {
  return JSON.parse(read(...folder, "package.json")) as Manifest;
}

/** The ranges that an example may use: those of the package's own peer dependencies, else those of its tests. */
function ranges(): Record<string, string> {
  const { name, version = "", devDependencies, peerDependencies } = manifest();
  const { typescript = "" } = devDependencies ?? {};
  return {
    ...devDependencies,
    ...peerDependencies,
    [name]: `^${version}`,
    typescript: typescript.replace("~", "^"),
  };
}

/** The settings that a project declares, by their names. */
function settings(project: string): { name: string; required: boolean }[] {
  const [, config = ""] = project.split(/^config:\n/m);
  return config
    .split(/^ {2}(?=\w)/m)
    .filter((entry) => entry !== "")
    .map((entry) => ({ name: entry.split(":")[0] ?? "", required: !entry.includes("default:") }));
}

for (const example of examples) {
  describe(`examples/${example}`, () => {
    it("contains everything that a copy needs, and nothing else", () => {
      const files = readdirSync(path.join(root, "examples", example)).filter(
        (file) => !/^Pulumi\..+\.yaml$|^vm\.xml$/.test(file),
      );
      assert.deepEqual(files.sort(), ["Pulumi.yaml", "README.md", "index.ts", "package.json"]);
    });

    it("has the name of its folder, as a package and as a project", () => {
      assert.equal(manifest("examples", example).name, example);
      assert.match(read("examples", example, "Pulumi.yaml"), new RegExp(`^name: ${example}\\n`));
    });

    it("depends on exactly the packages that it imports, in the tested ranges", () => {
      const { dependencies = {}, devDependencies = {} } = manifest("examples", example);
      const imported = read("examples", example, "index.ts").matchAll(/from "(?!node:)([^".][^"]*)"/g);
      // Domain loads it.
      const peers = read("examples", example, "index.ts").includes("Domain(") ? ["@pulumi/command"] : [];
      const needed = new Set([...[...imported].map(([, name]) => name), ...peers]);
      assert.deepEqual(Object.keys(dependencies).sort(), [...needed].sort());
      for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.equal(range, ranges()[name], name);
      }
    });

    it("documents how to run it and clean up, and sets every required setting", () => {
      const readme = read("examples", example, "README.md");
      for (const command of [
        "npm install",
        "pulumi stack init dev",
        "pulumi up",
        "pulumi destroy",
        "pulumi stack rm dev",
      ]) {
        assert.match(readme, new RegExp(`^${command}`, "m"));
      }
      for (const { name, required } of settings(read("examples", example, "Pulumi.yaml"))) {
        const set = new RegExp(`^pulumi config set (--path ')?${name}\\b`, "m");
        if (required) assert.match(readme, set);
      }
    });
  });
}

describe("the name instantánea1", () => {
  const gate = GATES.find(({ feature }) => feature === "internalRunningAnyName");
  const version = gate?.until?.replace(/\.0$/, "") ?? "";

  for (const file of [
    "examples/checkpoint/README.md",
    "examples/checkpoint/index.ts",
    "docs/troubleshooting.md",
  ]) {
    it(`is documented in ${file} with the version from which libvirt refuses it, and a name that works`, () => {
      assert.match(read(file), new RegExp(`libvirt ${version.replace(".", "\\.")} and later`));
      assert.match(read(file), /[`"]instantanea1[`"]/);
    });
  }
});
