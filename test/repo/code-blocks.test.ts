import assert from "node:assert/strict";
import * as path from "node:path";
import { format } from "prettier";
import { allBlocks, documents, textOf, type Block } from "./documents.js";
import { bridged, findings } from "./programs.js";
import { parseDocument } from "../../provider/xml/document.js";
import { root, run } from "./run.js";

const all = documents().flatMap(allBlocks);

function of(language: string): Block[] {
  return all.filter((block) => block.language === language);
}

function place({ document, line }: Block): string {
  return `${document}:${line}`;
}

describe("the code blocks of the documents", () => {
  it("are in a language that is checked here, or are text that a program prints", () => {
    const known = ["ts", "sh", "yaml", "xml", "text"];
    assert.deepEqual(all.filter(({ language }) => !known.includes(language)).map(place), []);
  });

  it("compile against the package's types if they are TypeScript", () => {
    const programs = of("ts").map((block): [string, string] => {
      const name = `${block.document.replaceAll(/[/.]/g, "-")}-line-${block.line}.ts`;
      return [path.join(root, name), `${block.code}\nexport {};\n`];
    });
    for (const document of [
      "README.md",
      "docs/reference.md",
      "docs/domain.md",
      "docs/terraform-libvirt.md",
    ]) {
      assert.ok(
        of("ts").some((block) => block.document === document),
        `${document} has a program`,
      );
    }
    assert.deepEqual(findings(new Map([...programs, [path.join(root, "bridged.d.ts"), bridged]])), []);
  }).timeout(30_000);

  it("do not compile with a property that does not exist", () => {
    const wrong = `import { Snapshot } from "pulumi-virsh";\nnew Snapshot("a", { domain: "d", colour: "red" });\n`;
    const [finding, ...others] = findings(new Map([[path.join(root, "wrong.ts"), wrong]]));
    assert.match(finding ?? "", /^wrong\.ts: .*'colour' does not exist in type 'SnapshotArgs'/);
    assert.deepEqual(others, []);
  }).timeout(30_000);

  it("are read by bash without an error if they are for a shell", () => {
    assert.ok(of("sh").length > 0, "there are some");
    for (const block of of("sh")) {
      const { status, stderr } = run("bash", ["-n"], { input: block.code });
      assert.equal(status, 0, `${place(block)}: ${stderr}`);
    }
    assert.notEqual(run("bash", ["-n"], { input: "echo 'a\n" }).status, 0);
  });

  it("are well-formed if they are XML", () => {
    for (const { code } of of("xml")) assert.doesNotThrow(() => parseDocument(code.trim(), "domainsnapshot"));
    assert.throws(() => parseDocument("<domainsnapshot><name></domainsnapshot>", "domainsnapshot"));
  });

  it("run only scripts that package.json defines", () => {
    const named = of("sh").flatMap(({ code }) => [...code.matchAll(/npm run (?:-s )?([\w:-]+)/g)]);
    const manifest = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const scripts = new Set(named.map(([, script = ""]) => script));
    assert.ok(scripts.has("lab"), "the documents run some");
    assert.deepEqual(
      [...scripts].filter((script) => !(script in manifest.scripts)),
      [],
    );
  });

  it("parse as YAML if they are marked as YAML", async () => {
    const parses = (code: string) =>
      format(code, { parser: "yaml" }).then(
        () => true,
        () => false,
      );
    assert.ok(of("yaml").length > 0, "there are some");
    for (const block of of("yaml")) assert.ok(await parses(block.code), place(block));
    assert.equal(await parses("jobs:\n  - run: a\n  b"), false);
  });
});
