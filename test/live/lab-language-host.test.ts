import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandLine } from "./support/command-line.js";
import { ROOT } from "./support/example.js";
import { output, until } from "./support/host.js";

/** The tests hold for whichever pulumi-language-nodejs the laboratory uses: Pulumi's or its own. */
describe("the language host of the laboratory", () => {
  let folder: string;
  let commandLine: CommandLine;

  /** A project with these files, in a subfolder of a folder that has the SDK in its node_modules. */
  async function project(files: Record<string, string>, where = join(ROOT, "dist")): Promise<void> {
    folder = await mkdtemp(join(where, "language-host-"));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    commandLine = new CommandLine(folder);
    await commandLine.open();
  }
  afterEach(async () => {
    await commandLine.close();
    await rm(folder, { recursive: true });
  });

  const YAML = "name: program\nruntime: nodejs\n";
  const PACKAGE = JSON.stringify({ name: "program", private: true });
  const IMPORT = `import * as pulumi from "@pulumi/pulumi";\n`;

  /** The error output of a command that fails. */
  async function failure(...words: string[]): Promise<string> {
    try {
      await commandLine.pulumi(...words);
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return stdout + stderr;
    }
    return assert.fail("it succeeded");
  }

  it("runs a TypeScript program without a build, with project, stack, configuration, secrets and dry run", async () => {
    await project({
      "Pulumi.yaml": YAML,
      "package.json": PACKAGE,
      "index.ts": `${IMPORT}
        const config = new pulumi.Config();
        export const plain: string = config.require("plain");
        export const hidden = config.requireSecret("hidden");
        export const nested = config.requireObject<{ list: number[] }>("nested").list[0];
        export const where = [pulumi.getProject(), pulumi.getStack().slice(0, 4), pulumi.runtime.isDryRun()];`,
    });
    await commandLine.pulumi("config", "set", "plain", "a b");
    await commandLine.pulumi("config", "set", "--secret", "hidden", "s3cret");
    await commandLine.pulumi("config", "set", "--path", "nested.list[0]", "7");
    assert.match(await commandLine.pulumi("preview"), /where : \[\n.*"program"\n.*"cli-"\n.*true\n/);
    const shown = await commandLine.pulumi("up", "--yes", "--skip-preview");
    assert.match(shown, /hidden: \[secret\]/);
    const outputs = await commandLine.stdout("stack", "output", "--json", "--show-secrets");
    assert.deepEqual(JSON.parse(outputs), {
      plain: "a b",
      hidden: "s3cret",
      nested: 7,
      where: ["program", "cli-", false],
    });
  });

  it("finds the program by main in Pulumi.yaml", async () => {
    await project({
      "Pulumi.yaml": `${YAML}main: deeper/\n`,
      "package.json": PACKAGE,
      "deeper/index.ts": `${IMPORT} export const found = __filename.split("/").slice(-2).join("/");`,
    });
    assert.match(await commandLine.pulumi("preview"), /found: "deeper\/index\.ts"/);
  });

  it("finds the program by main in package.json", async () => {
    await project({
      "Pulumi.yaml": YAML,
      "package.json": JSON.stringify({ name: "program", private: true, main: "other.js" }),
      "other.js": `exports.found = "other";`,
    });
    assert.match(await commandLine.pulumi("preview"), /found: "other"/);
  });

  it("shows what the program prints", async () => {
    await project({ "Pulumi.yaml": YAML, "package.json": PACKAGE, "index.js": `console.log("said aloud");` });
    assert.match(await commandLine.pulumi("preview"), /said aloud/);
  });

  it("leaves an exception to the SDK, which reports it once", async () => {
    const program = `throw new Error("thrown" + 1);`;
    await project({ "Pulumi.yaml": YAML, "package.json": PACKAGE, "index.js": program });
    const shown = await failure("preview");
    assert.equal(shown.match(/Error: thrown1/g)?.length, 1, shown);
    assert.doesNotMatch(shown, /exit code/);
  });

  it("reports a type error of a TypeScript program", async () => {
    const program = `export const number: number = "one";`;
    await project({ "Pulumi.yaml": YAML, "package.json": PACKAGE, "index.ts": program });
    assert.match(await failure("preview"), /TS2322/);
  });

  it("reports the status of a program that ends itself", async () => {
    await project({ "Pulumi.yaml": YAML, "package.json": PACKAGE, "index.js": `process.exit(3);` });
    assert.match(await failure("preview"), /Program exited with non-zero exit code: 3/);
  });

  it("says what to do if the SDK is not installed", async () => {
    await project({ "Pulumi.yaml": YAML, "package.json": PACKAGE, "index.js": "" }, tmpdir());
    assert.match(await failure("preview"), /(npm|pulumi) install/);
  });

  it("ends with its program when the engine is killed", async () => {
    await project({
      "Pulumi.yaml": YAML,
      "package.json": PACKAGE,
      "index.js": `setInterval(() => 0, 1000);`,
    });
    const own = () =>
      output("pgrep", "-f", `cmd/run.*${folder}`).then(
        () => true,
        () => false,
      );
    const engine = spawn("pulumi", [
      "preview",
      "--non-interactive",
      "--cwd",
      folder,
      "--stack",
      commandLine.stack,
    ]);
    await until("the program runs", own);
    engine.kill("SIGKILL");
    await until("the program has ended", async () => !(await own()));
  });
});
