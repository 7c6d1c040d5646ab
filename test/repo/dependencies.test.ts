import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { IConfiguration, ICruiseResult } from "dependency-cruiser";
import { root } from "./run.js";

/** A small tree in the shape of this repository, which each case below adds one file to. */
const TREE = [
  "provider/errors.ts",
  "provider/xml/document.ts",
  "provider/schema/field.ts",
  "provider/capabilities/shape.ts",
  "provider/hypervisor/host.ts",
  "provider/hypervisor/notice.ts",
  "provider/hypervisor/uri.ts",
  "provider/virsh/host.ts",
  "provider/snapshot/state.ts",
  "provider/snapshot/facts.ts",
  "provider/snapshot/plan.ts",
  "provider/snapshot/create/take.ts",
  "provider/snapshot/revert/look.ts",
  "provider/snapshot/revert/decide.ts",
  "provider/snapshot/revert/act.ts",
  "provider/snapshot/describe/act.ts",
  "provider/snapshot/delete/act.ts",
  "provider/snapshot/preview/lines.ts",
  "provider/domain/create.ts",
  "provider/functions/get-domain.ts",
  "provider/dynamic/handler.ts",
  "provider/plugin/server.ts",
  "provider/command/handler.ts",
  "provider/command/settings.ts",
  "provider/program/functions.ts",
  "sdk/snapshot.ts",
  "tools/table.ts",
  "test/fake.ts",
];

type Case = [file: string, code: string, rule?: string];

const REFUSED: Case[] = [
  // Nothing points up, or sideways.
  ["provider/errors.ts", `import "./xml/document.js";`, "dependencies of provider/errors point down"],
  ["provider/xml/NEW", `import "../schema/field.js";`, "dependencies of provider/xml point down"],
  ["provider/schema/NEW", `import "../capabilities/shape.js";`, "dependencies of provider/schema point down"],
  ["provider/schema/NEW", `import "../hypervisor/host.js";`, "dependencies of provider/schema point down"],
  [
    "provider/definition/NEW",
    `import "../hypervisor/host.js";`,
    "dependencies of provider/definition point down",
  ],
  [
    "provider/capabilities/NEW",
    `import type { Host } from "../hypervisor/host.js";`,
    "dependencies of provider/capabilities point down",
  ],
  [
    "provider/hypervisor/NEW",
    `import type { Answer } from "../virsh/host.js";`,
    "dependencies of provider/hypervisor point down",
  ],
  ["provider/virsh/NEW", `import "../snapshot/plan.js";`, "dependencies of provider/virsh point down"],
  ["provider/virsh/NEW", `import "../capabilities/shape.js";`, "dependencies of provider/virsh point down"],
  ["provider/snapshot/NEW", `import "../virsh/host.js";`, "dependencies of provider/snapshot point down"],
  ["provider/snapshot/NEW", `import "../domain/create.js";`, "dependencies of provider/snapshot point down"],
  [
    "provider/snapshot/create/NEW",
    `import "../../dynamic/handler.js";`,
    "dependencies of provider/snapshot point down",
  ],
  ["provider/domain/NEW", `import "../snapshot/state.js";`, "dependencies of provider/domain point down"],
  [
    "provider/functions/NEW",
    `import "../snapshot/plan.js";`,
    "dependencies of provider/functions point down",
  ],
  ["provider/functions/NEW", `import "../virsh/host.js";`, "dependencies of provider/functions point down"],
  ["provider/dynamic/NEW", `import "../../sdk/snapshot.js";`, "dependencies of provider/dynamic point down"],
  ["provider/dynamic/NEW", `import "../command/handler.js";`, "dependencies of provider/dynamic point down"],
  ["provider/plugin/NEW", `import "../dynamic/handler.js";`, "dependencies of provider/plugin point down"],
  ["provider/snapshot/NEW", `import "../plugin/server.js";`, "dependencies of provider/snapshot point down"],
  [
    "provider/command/NEW",
    `import "../program/functions.js";`,
    "dependencies of provider/command point down",
  ],
  ["provider/program/NEW", `import "../command/handler.js";`, "dependencies of provider/program point down"],
  [
    "provider/dynamic-handler.ts",
    `export * from "./snapshot/plan.js";`,
    "dependencies of provider/dynamic-handler point down",
  ],
  [
    "provider/domain-command.ts",
    `export * from "./domain/create.js";`,
    "dependencies of provider/domain-command point down",
  ],
  ["sdk/NEW", `import "../provider/virsh/host.js";`, "dependencies of sdk point down"],
  ["sdk/NEW", `import "../tools/table.js";`, "dependencies of sdk point down"],
  ["provider/xml/NEW", `import "../../test/fake.js";`, "dependencies of provider/xml point down"],
  [
    "sdk/NEW",
    `export { a } from "../provider/snapshot/state.js";`,
    "sdk imports only types from some layers",
  ],
  // In every form that an import can take.
  ["provider/xml/NEW", `import { a } from "../virsh/host.js";`, "dependencies of provider/xml point down"],
  [
    "provider/xml/NEW",
    `import type { A } from "../virsh/host.js";`,
    "dependencies of provider/xml point down",
  ],
  ["provider/xml/NEW", `export * from "../virsh/host.js";`, "dependencies of provider/xml point down"],
  ["provider/xml/NEW", `type A = import("../virsh/host.js").A;`, "dependencies of provider/xml point down"],
  ["provider/xml/NEW", `const late = import("../virsh/host.js");`, "dependencies of provider/xml point down"],
  [
    "provider/xml/NEW",
    `const late = require("../virsh/host.js");`,
    "dependencies of provider/xml point down",
  ],
  [
    "provider/xml/NEW",
    `import late = require("../virsh/host.js");`,
    "dependencies of provider/xml point down",
  ],
  // A new folder is given its place.
  ["provider/cellar/NEW", `import "../errors.js";`, "every file belongs to a layer"],
  // The verbs of a snapshot know nothing of each other.
  [
    "provider/snapshot/create/NEW",
    `import "../revert/look.js";`,
    "create imports no other verb and no preview",
  ],
  [
    "provider/snapshot/create/NEW",
    `import "../preview/lines.js";`,
    "create imports no other verb and no preview",
  ],
  [
    "provider/snapshot/revert/NEW",
    `import "../delete/act.js";`,
    "revert imports no other verb and no preview",
  ],
  [
    "provider/snapshot/describe/NEW",
    `import "../create/take.js";`,
    "describe imports no other verb and no preview",
  ],
  [
    "provider/snapshot/delete/NEW",
    `import "../revert/act.js";`,
    "delete imports no other verb and no preview",
  ],
  [
    "provider/snapshot/preview/NEW",
    `import "../revert/act.js";`,
    "preview imports what a verb looks up, decides and words",
  ],
  // Packages.
  [
    "provider/snapshot/NEW",
    `import type { Input } from "@pulumi/pulumi";`,
    "only adapters and sdk import Pulumi",
  ],
  ["provider/xml/NEW", `export * from "@pulumi/command";`, "only adapters and sdk import Pulumi"],
  [
    "provider/virsh/NEW",
    `import { log } from "@pulumi/pulumi/log/index.js";`,
    "only adapters and sdk import Pulumi",
  ],
  ["provider/snapshot/NEW", `import { Server } from "@grpc/grpc-js";`, "only adapters and sdk import Pulumi"],
  ["provider/virsh/NEW", `import { spawn } from "node:child_process";`, "one file starts processes"],
  ["sdk/NEW", `import { spawn } from "child_process";`, "one file starts processes"],
  ["provider/virsh/NEW", `const late = import("execa");`, "one file starts processes"],
  ["provider/dynamic/NEW", `import type { Options } from "execa";`, "one file starts processes"],
  ["sdk/NEW", `import { Snapshot } from "pulumi-virsh";`, "nothing imports this package by its name"],
];

const ALLOWED: Case[] = [
  ["provider/xml/NEW", `import "../errors.js"; import "./document.js"; import "fast-xml-parser";`],
  ["provider/schema/NEW", `import "../xml/document.js"; import "../hypervisor/uri.js"; import "valibot";`],
  ["provider/definition/NEW", `import "../schema/field.js"; import "../xml/document.js";`],
  ["provider/capabilities/NEW", `import "../schema/field.js"; import "../xml/document.js";`],
  ["provider/hypervisor/NEW", `import "../xml/document.js"; import "../errors.js";`],
  ["provider/virsh/NEW", `import "../hypervisor/host.js"; import "../schema/field.js"; import "node:fs";`],
  ["provider/virsh/process.ts", `import "node:child_process"; const late = import("execa");`],
  ["provider/snapshot/NEW", `import "./revert/act.js"; import "../hypervisor/host.js";`],
  ["provider/snapshot/revert/NEW", `import "../plan.js"; import "./look.js";`],
  [
    "provider/snapshot/preview/NEW",
    `import "../revert/look.js"; import type { A } from "../revert/decide.js";`,
  ],
  ["provider/domain/NEW", `import "../hypervisor/host.js"; import "../schema/field.js";`],
  ["provider/functions/NEW", `import "../snapshot/facts.js"; import "../capabilities/shape.js";`],
  [
    "provider/dynamic/NEW",
    `import "../snapshot/plan.js"; import "../virsh/host.js"; import "@pulumi/pulumi";`,
  ],
  ["provider/command/NEW", `import "../domain/create.js"; import "../virsh/host.js";`],
  ["provider/program/NEW", `import "../functions/get-domain.js"; import "../command/settings.js";`],
  ["sdk/NEW", `import type { A } from "../provider/snapshot/state.js"; import "@pulumi/command";`],
  ["sdk/NEW", `import type { Notice } from "../provider/hypervisor/notice.js";`],
  ["sdk/NEW", `const late = import("../provider/program/functions.js"); import "../provider/errors.js";`],
];

interface Violation {
  from: string;
  rule: string;
}

/** What the project's own rules find in a tree that holds these files. */
async function violations(files: ReadonlyMap<string, string>): Promise<Violation[]> {
  const tree = mkdtempSync(path.join(tmpdir(), "dependencies-"));
  try {
    for (const [file, code] of files) {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      writeFileSync(path.join(tree, file), code);
    }
    const { cruise } = await import("dependency-cruiser");
    const config = pathToFileURL(path.join(root, ".dependency-cruiser.mjs")).href;
    const { forbidden, options } = ((await import(config)) as { default: IConfiguration }).default;
    const ruleSet = { forbidden: forbidden ?? [] };
    const { output } = await cruise(["provider", "sdk"], {
      ...options,
      baseDir: tree,
      validate: true,
      ruleSet,
    });
    return (output as ICruiseResult).summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }));
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Each case with a file of its own. */
const cases = [...REFUSED, ...ALLOWED].map(([file, code, rule], index) => ({
  file: file.replace("NEW", `case-${index}.ts`),
  place: file.replace("/NEW", ""),
  code,
  rule,
}));

describe("the dependency rules", () => {
  const found = new Map<string, string[]>();

  before(async () => {
    const stubs = TREE.map((file): [string, string] => [file, "export {};"]);
    const added = cases.map(({ file, code }): [string, string] => [file, `${code}\nexport {};\n`]);
    // The case of errors.ts closes a cycle with every file that imports errors, so it is alone in its tree.
    const [alone, ...others] = added;
    assert.ok(alone);
    for (const files of [new Map([...stubs, ...others]), new Map([...stubs, alone])]) {
      for (const { from, rule } of await violations(files)) {
        found.set(from, [...(found.get(from) ?? []), rule]);
      }
    }
  });

  for (const { file, place, code, rule } of cases) {
    if (rule === undefined)
      it(`allow ${code} in ${place}`, () => {
        assert.deepEqual(found.get(file) ?? [], []);
      });
    else
      it(`refuse ${code} in ${place}: ${rule}`, () => {
        assert.deepEqual(found.get(file), [rule]);
      });
  }

  it("refuse a cycle, also one of types", async () => {
    for (const type of ["", "type "]) {
      const files = new Map([
        ["sdk/index.ts", "export {};"],
        ["provider/xml/a.ts", `import ${type}{ B } from "./b.js"; export ${type}A = B;`],
        ["provider/xml/b.ts", `import ${type}{ A } from "./a.js"; export ${type}B = A;`],
      ]);
      assert.deepEqual([...new Set((await violations(files)).map(({ rule }) => rule))], ["no cycle"]);
    }
  });

  it("each have a case here that breaks them", async () => {
    const config = pathToFileURL(path.join(root, ".dependency-cruiser.mjs")).href;
    const { forbidden = [] } = ((await import(config)) as { default: IConfiguration }).default;
    const broken = new Set([...REFUSED.map(([, , rule]) => rule), "no cycle"]);
    assert.deepEqual(
      forbidden.filter(({ name }) => !broken.has(name ?? "")),
      [],
    );
  });
});
