import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { root, tool } from "./run.js";

const LAB = path.join(root, "tools/lab");

describe("the laboratory's scripts", () => {
  const check = (...options: string[]) => tool("typescript/bin/tsc", ["--project", LAB, ...options]);

  it("have no type errors, strictly checked", () => {
    assert.deepEqual(check(), { status: 0, stdout: "", stderr: "" });
  }).timeout(60_000);

  it("are all checked", () => {
    const checked = check("--listFilesOnly").stdout.split("\n");
    const scripts = readdirSync(LAB, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".mjs"),
    );
    assert.ok(scripts.includes(path.join("language-host", "main.mjs")));
    assert.deepEqual(
      scripts.filter((file) => !checked.includes(path.join(LAB, file))),
      [],
    );
  }).timeout(60_000);

  it("start before any package is installed: main.mjs imports nothing but Node.js and its own files", () => {
    const seen = new Map<string, string[]>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      const imports = [
        ...readFileSync(file, "utf8").matchAll(/^(?:import|export) [^;]*?from "([^"]+)";$/gms),
      ];
      const names = imports.map(([, name = ""]) => name);
      seen.set(file, names);
      for (const name of names) if (name.startsWith(".")) visit(path.resolve(path.dirname(file), name));
    };
    visit(path.join(LAB, "main.mjs"));
    assert.ok([...seen.keys()].some((file) => file.endsWith("setup/engine.mjs")));
    const foreign = [...seen.values()].flat().filter((name) => !/^(\.|node:)/.test(name));
    assert.deepEqual(foreign, []);
  });
});
