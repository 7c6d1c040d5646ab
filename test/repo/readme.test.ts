import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { blocks, textOf } from "./documents.js";
import { root } from "./run.js";

const documents = [
  ...readdirSync(root).filter((file) => file.endsWith(".md")),
  ...readdirSync(path.join(root, "docs")).map((file) => path.join("docs", file)),
  ...readdirSync(path.join(root, "examples")).map((folder) => path.join("examples", folder, "README.md")),
];

/** What the compiler says of programs that lie at the top of the repository, under its own settings. */
function findings(programs: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const settings = { ...options, noEmit: true, incremental: false };
  const host = ts.createCompilerHost(settings);
  const [readFile, fileExists] = [host.readFile.bind(host), host.fileExists.bind(host)];
  host.readFile = (file) => programs.get(file) ?? readFile(file);
  host.fileExists = (file) => programs.has(file) || fileExists(file);
  const program = ts.createProgram([...programs.keys()], settings, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${path.basename(file?.fileName ?? "")}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** What `pulumi package add` generates on the user's machine, as far as the README's programs use it. */
const bridged = `
declare module "@pulumi/libvirt" {
  import * as pulumi from "@pulumi/pulumi";
  interface DomainArgs { name: string; type: string; memory: number; memoryUnit: string; vcpu: number }
  export class Domain extends pulumi.CustomResource {
    readonly name: pulumi.Output<string>;
    constructor(name: string, args: DomainArgs, opts?: pulumi.CustomResourceOptions);
  }
}
`;

function programsOf(document: string): Map<string, string> {
  const named = blocks(document, "ts").map(({ line, code }): [string, string] => {
    return [path.join(root, `line-${line}.ts`), `${code}\nexport {};\n`];
  });
  return new Map([...named, [path.join(root, "bridged.d.ts"), bridged]]);
}

/** As GitHub makes them of headings. */
function anchors(text: string): string[] {
  const headings = text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function broken(document: string): string[] {
  const text = textOf(document);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? document : path.join(path.dirname(document), file);
      if (!existsSync(path.join(root, target))) return true;
      return anchor !== undefined && !anchors(textOf(target)).includes(anchor);
    });
}

describe("the README's programs", () => {
  it("compile against the package's types", () => {
    const programs = programsOf("README.md");
    assert.ok(programs.size > 1, "the README has programs");
    assert.deepEqual(findings(programs), []);
  }).timeout(30_000);

  it("would not compile with a property that does not exist", () => {
    const wrong = `import { Snapshot } from "pulumi-virsh";\nnew Snapshot("a", { domain: "d", colour: "red" });\n`;
    const [finding, ...others] = findings(new Map([[path.join(root, "wrong.ts"), wrong]]));
    assert.match(finding ?? "", /^wrong\.ts: .*'colour' does not exist in type 'SnapshotArgs'/);
    assert.deepEqual(others, []);
  }).timeout(30_000);
});

describe("the documents", () => {
  for (const document of documents) {
    it(`${document} links to what exists`, () => {
      assert.deepEqual(broken(document), []);
    });
  }
});
