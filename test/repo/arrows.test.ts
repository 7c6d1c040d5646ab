import assert from "node:assert/strict";
import * as path from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { root } from "./run.js";

/** The project's own configuration, less what needs type information: the texts below are no files. */
const eslint = new ESLint({
  cwd: root,
  overrideConfig: {
    languageOptions: { parserOptions: { projectService: false } },
    rules: { ...tseslint.configs.disableTypeChecked.rules },
  },
});

async function findings(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(root, file) });
  assert.ok(result);
  return result.messages
    .filter(
      ({ ruleId }) => ruleId === null || /^(rooms\/arrows|no-restricted-syntax|max-lines)$/.test(ruleId),
    )
    .map(({ message }) => message);
}

describe("the arrows between the rooms", () => {
  const refused: [file: string, code: string][] = [
    // Nothing below the adapters knows Pulumi, or the adapters.
    ["provider/errors.ts", `import * as pulumi from "@pulumi/pulumi";`],
    ["provider/xml/new.ts", `import type { Input } from "@pulumi/pulumi";`],
    ["provider/virsh/new.ts", `import { log } from "@pulumi/pulumi/log/index.js";`],
    ["provider/domain/new.ts", `export * from "@pulumi/command";`],
    ["provider/snapshot/new.ts", `type P = import("@pulumi/pulumi").Output<string>;`],
    ["provider/snapshot/new.ts", `import { Server } from "@grpc/grpc-js";`],
    ["provider/snapshot/new.ts", `import { handler } from "../dynamic/handler.js";`],
    ["provider/snapshot/new.ts", `import { serve } from "../plugin/serve.js";`],
    ["provider/snapshot/deeper/new.ts", `import { create } from "../../dynamic-handler.js";`],
    // Nothing points up.
    ["provider/domain/new.ts", `import { plan } from "../snapshot/plan.js";`],
    ["provider/domain/new.ts", `import type { Plan } from "../snapshot/plan.js";`],
    ["provider/virsh/new.ts", `import { facts } from "../domain/facts.js";`],
    ["provider/virsh/new.ts", `import { open } from "../snapshot/host.js";`],
    ["provider/virsh/new.ts", `import { type Host, open } from "../snapshot/host.js";`],
    ["provider/virsh/new.ts", `import type { Plan } from "../snapshot/plan.js";`],
    ["provider/xml/new.ts", `import { run } from "../virsh/process.js";`],
    ["provider/xml/new.ts", `const late = import("../virsh/process.js");`],
    ["provider/xml/new.ts", `const late = require("../virsh/process.js");`],
    ["provider/xml/new.ts", `import late = require("../virsh/process.js");`],
    ["provider/errors.ts", `import { parse } from "./xml/snapshot.js";`],
    ["provider/dynamic/new.ts", `import { Snapshot } from "../../sdk/index.js";`],
    ["provider/dynamic/new.ts", `import { Snapshot } from "pulumi-virsh";`],
    ["provider/dynamic/new.ts", `import { serve } from "../plugin/serve.js";`],
    ["provider/dynamic-handler.ts", `import { serve } from "./plugin/serve.js";`],
    ["provider/plugin/new.ts", `import { handler } from "../dynamic/handler.js";`],
    ["provider/snapshot/new.ts", `import { root } from "./run.js";`],
    ["provider/definition/new.ts", `import { create } from "../snapshot/create.js";`],
    ["provider/definition/new.ts", `import { local } from "@pulumi/command";`],
    ["provider/command/new.ts", `import { plan } from "../snapshot/plan.js";`],
    ["provider/domain-command.ts", `import { create } from "./dynamic/handler.js";`],
    ["provider/questions/new.ts", `import type { Input } from "@pulumi/pulumi";`],
    ["provider/snapshot/new.ts", `import { questions } from "../questions/questions.js";`],
    ["provider/virsh/new.ts", `import { ask } from "../questions/host.js";`],
    // One place starts processes.
    ["provider/virsh/new.ts", `import { spawn } from "node:child_process";`],
    ["provider/virsh/new.ts", `import { spawn } from "child_process";`],
    ["provider/virsh/new.ts", `const { execa } = await import("execa");`],
    ["provider/dynamic/new.ts", `import type { Options } from "execa";`],
    ["sdk/new.ts", `import { spawn } from "node:child_process";`],
    // A new room has to be given its place.
    ["provider/cellar/new.ts", `export {};`],
  ];
  for (const [file, code] of refused) {
    it(`refuse ${code} in ${file}`, async () => {
      const found = await findings(file, code);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(String(found[0]), /must not|lies in no room/);
    });
  }

  const allowed: [file: string, code: string][] = [
    [
      "provider/xml/new.ts",
      `import { VirshError } from "../errors.js"; import { parse } from "./document.js";`,
    ],
    ["provider/virsh/new.ts", `import type { Host } from "../snapshot/host.js";`],
    [
      "provider/virsh/new.ts",
      `import { type Host } from "../snapshot/host.js"; import { a } from "../xml/a.js";`,
    ],
    ["provider/virsh/process.ts", `const { execa } = await import("execa"); import "node:child_process";`],
    [
      "provider/domain/new.ts",
      `import { parse } from "../xml/domain.js"; import { open } from "../virsh/host.js";`,
    ],
    ["provider/snapshot/new.ts", `import { facts } from "../domain/facts.js"; import * as v from "valibot";`],
    ["provider/dynamic/new.ts", `import { plan } from "../snapshot/plan.js"; import "@pulumi/pulumi";`],
    ["provider/virsh/new.ts", `import type { DomainHost } from "../definition/host.js";`],
    [
      "provider/definition/new.ts",
      `import type { DomainRef } from "../snapshot/host.js"; import "../xml/a.js";`,
    ],
    [
      "provider/command/new.ts",
      `import { create } from "../definition/create.js"; import "../virsh/host.js";`,
    ],
    ["provider/domain-command.ts", `export { create } from "./command/handler.js";`],
    ["sdk/new.ts", `import { local } from "@pulumi/command";`],
    ["provider/virsh/new.ts", `import type { QuestionHost } from "../questions/host.js";`],
    [
      "provider/questions/new.ts",
      `import { a } from "../snapshot/state.js"; import { b } from "../virsh/host.js"; import "valibot";`,
    ],
    ["provider/plugin/new.ts", `import { questions } from "../questions/questions.js";`],
    ["provider/dynamic-handler.ts", `export { create } from "./dynamic/handler.js";`],
    ["provider/plugin/new.ts", `import { plan } from "../snapshot/plan.js"; import "@grpc/grpc-js";`],
    ["sdk/new.ts", `import type { State } from "../provider/snapshot/state.js"; import "@pulumi/pulumi";`],
  ];
  for (const [file, code] of allowed) {
    it(`allow ${code} in ${file}`, async () => {
      assert.deepEqual(await findings(file, code), []);
    });
  }

  it("come with a ban on shells", async () => {
    for (const option of [`shell: true`, `"shell": "/bin/sh"`, `shell`]) {
      const found = await findings(
        "provider/virsh/process.ts",
        `const shell = 1; run("virsh", { ${option} });`,
      );
      assert.deepEqual(found, ["No process is started through a shell."]);
    }
  });
});
