import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { pack } from "./package.js";
import { root, run, tool } from "./run.js";

/** The same program in every kind of module: declares a snapshot and prints what Pulumi was asked for. */
const program = `
const asked = new Map();
pulumi.runtime.setMocks({
  call: () => ({}),
  newResource: ({ name, type, inputs }) => {
    asked.set(name, { type, inputs });
    return { id: name, state: inputs };
  },
});
const snapshot = new Snapshot("checkpoint", { domain: "debian12", description: "before" });
snapshot.urn.apply(() => console.log(JSON.stringify(asked.get("checkpoint"))));
`;

/** Goes the way of Pulumi's dynamic host: runs the text kept in the state, then asks the handler it names. */
const host = `
const state = {};
new Function("exports", "require", process.argv[2])(state, require);
const handler = state.handler();
async function main() {
  const verbs = Object.keys(handler).filter((verb) => typeof handler[verb] === "function");
  const { failures } = await handler.check({}, { domain: "debian12", name: "a/b" });
  const { inputs } = await handler.check({}, { domain: "debian12", name: "a" });
  const said = await handler.create(inputs).then(String, String);
  console.log(JSON.stringify({ verbs, failures, said }));
}
void main();
`;

describe("a program that installs the packed package", () => {
  let consumer: string;

  before(() => {
    const { folder, tarball } = pack();
    consumer = path.join(folder, "consumer");
    mkdirSync(consumer);
    write("package.json", JSON.stringify({ name: "consumer", version: "1.0.0" }));
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--legacy-peer-deps"];
    const { status, stdout, stderr } = run("npm", ["install", ...flags, tarball], { cwd: consumer });
    assert.equal(status, 0, stdout + stderr);
    // The peer, and what only the compiler needs, are large and here already. The optional peer is not there.
    mkdirSync(path.join(consumer, "node_modules/@pulumi"));
    for (const part of ["@pulumi/pulumi", "@types"]) {
      const place = path.join(consumer, "node_modules", part);
      // gRPC brings the types of another Node.js.
      rmSync(place, { recursive: true, force: true });
      symlinkSync(path.join(root, "node_modules", part), place);
    }
  });

  function write(file: string, text: string): string {
    writeFileSync(path.join(consumer, file), text);
    return path.join(consumer, file);
  }

  /** Runs a program of the consumer, on a machine without virsh, and reads what it prints. */
  function output(file: string, ...args: string[]): unknown {
    const env = { PATH: consumer };
    const { status, stdout, stderr } = run(process.execPath, [file, ...args], { cwd: consumer, env });
    assert.equal(status, 0, stdout + stderr);
    return JSON.parse(stdout);
  }

  function declared(asked: unknown): string {
    const { type, inputs } = asked as { type: string; inputs: Record<string, unknown> };
    assert.equal(type, "pulumi-nodejs:dynamic/virsh:Snapshot");
    assert.equal(inputs["domain"], "debian12");
    assert.equal(inputs["description"], "before");
    return String(inputs["__provider"]);
  }

  it("can be a CommonJS module", () => {
    const imports = `const pulumi = require("@pulumi/pulumi"); const { Snapshot } = require("pulumi-virsh");`;
    declared(output(write("main.cjs", imports + program)));
  });

  it("can be an ES module", () => {
    const imports = `import * as pulumi from "@pulumi/pulumi"; import { Snapshot } from "pulumi-virsh";`;
    declared(output(write("main.mjs", imports + program)));
  });

  // Today's rules, and those that Pulumi's own templates have long come with.
  for (const [rules, options] of [
    ["node20", ["--module", "node20"]],
    [
      "node10",
      [
        "--module",
        "commonjs",
        "--moduleResolution",
        "node10",
        "--ignoreDeprecations",
        "6.0",
        "--skipLibCheck",
      ],
    ],
  ] as const) {
    it(`can be written in TypeScript, resolved by the rules of ${rules}`, () => {
      const imports = `import * as pulumi from "@pulumi/pulumi"; import { Domain, Snapshot } from "pulumi-virsh";`;
      const mistake = `
        // @ts-expect-error: a domain is not given by a number
        new Snapshot("mistake", { domain: 12 });
        // @ts-expect-error: without a property, revert means nothing
        new Snapshot("empty", { domain: "a", revert: {} });`;
      const optional = `
        const later: boolean | undefined = Math.random() < 2 ? undefined : true;
        new Snapshot("optional", { domain: "a", uri: undefined, adopt: later, revert: { onDrift: later } });
        new Domain("optional", { xml: "", uri: undefined, running: later, validate: pulumi.output(later) });
        new Snapshot("of", { domain: new Domain("vm", { xml: "" }), revert: undefined });`;
      write("main.ts", `${imports} ${program} export function never() { ${mistake} ${optional} }`);
      const common = ["--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", "node"];
      const { status, stdout } = tool("typescript/bin/tsc", [...common, ...options, "main.ts"], {
        cwd: consumer,
      });
      assert.equal(status, 0, stdout);
      declared(output("main.js"));
    });
  }

  it("is told what to install for a Domain, and needs none of it for a Snapshot", () => {
    const text = `
      require("@pulumi/pulumi").runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "1", state: {} }) });
      const { Domain } = require("pulumi-virsh");
      try {
        new Domain("vm", { xml: "<domain><name>a</name></domain>" });
      } catch (error) {
        console.log(JSON.stringify(error.message));
      }`;
    assert.equal(
      output(write("domain.cjs", text)),
      'Domain "vm": it needs the package @pulumi/command, which is not installed. ' +
        'Run npm install "@pulumi/command@~1.2.1".',
    );
  });

  it("runs the commands that states with a Domain name", () => {
    const env = { PATH: consumer, PULUMI_VIRSH_URI: "", PULUMI_COMMAND_STDOUT: "" };
    const create = 'require("pulumi-virsh/domain-command").create()';
    const input = "<domain><name>a</name></domain>";
    const { status, stdout, stderr } = run(process.execPath, ["-e", create], { cwd: consumer, env, input });
    assert.deepEqual([status, stderr], [1, ""]);
    assert.match(stdout, /^Unable to list the domains: virsh was not found\. Install .*\n$/);
  });

  it("leaves a state that Pulumi's host finds the provider by", () => {
    const text = declared(output("main.cjs"));
    const { verbs, failures, said } = output(write("host.cjs", host), text) as Record<string, unknown>;
    for (const verb of ["check", "diff", "create", "read", "update", "delete"]) {
      assert.ok((verbs as string[]).includes(verb), `${verb} is missing`);
    }
    assert.deepEqual(
      (failures as { property: string }[]).map(({ property }) => property),
      ["name"],
    );
    assert.match(String(said), /virsh was not found\. Install/);
  });
});
