import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { Machine } from "./set-up.js";

describe("Pulumi's plugins in the laboratory", () => {
  let machine: Machine;
  let engine: string;
  let home: string;
  beforeEach(() => {
    machine = new Machine();
    engine = path.join(machine.folder, "engine");
    home = path.join(machine.folder, "home");
    mkdirSync(engine);
    writeFileSync(path.join(engine, "pulumi"), "");
  });
  afterEach(() => machine.remove());

  /** Chooses the plugins and installs the stand-ins; what is said of it, and the folders installed. */
  async function chosen(): Promise<{ said: string; installed: string[] }> {
    rmSync(home, { recursive: true, force: true });
    const { status, stderr } = await machine.runs(`
      const { choosePlugins, sayPlugins, installPlugins } = await lab("plugins.mjs");
      const choices = await choosePlugins(${JSON.stringify(engine)});
      sayPlugins(choices);
      await installPlugins(${JSON.stringify(home)}, choices);`);
    assert.equal(status, 0, stderr);
    try {
      return { said: stderr, installed: readdirSync(path.join(home, "plugins")).sort() };
    } catch {
      return { said: stderr, installed: [] };
    }
  }
  const own = (file: string) => `the laboratory's own ${file}`;

  it("are the laboratory's own where there are no others, and it says so", async () => {
    const { said, installed } = await chosen();
    const line = [own("pulumi-language-nodejs"), own("pulumi-resource-command")].join(", ");
    assert.equal(said, `• Pulumi's plugins: ${line}\n`);
    const [language, resource] = installed;
    assert.match(language ?? "", /^language-nodejs-v3\.\d+\.\d+$/);
    assert.match(resource ?? "", /^resource-command-v1\.2\.\d+$/);
  });

  it("can be started from where they are installed: each prints its port, and ends with its standard input", async () => {
    const { installed } = await chosen();
    assert.equal(installed.length, 2);
    for (const folder of installed) {
      const [file = ""] = readdirSync(path.join(home, "plugins", folder));
      const program = path.join(home, "plugins", folder, file);
      const child = spawn(program, ["127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
      const [printed] = (await once(createInterface(child.stdout), "line")) as [string];
      const ended = once(child, "close");
      child.stdin.end();
      assert.deepEqual(await ended, [0, null]);
      assert.match(printed, /^\d+$/, file);
    }
  });

  it("are those on PATH where they are there", async () => {
    machine.gets("pulumi-language-nodejs", "");
    machine.gets("pulumi-resource-command", "");
    const bin = path.join(machine.folder, "bin");
    assert.deepEqual(await chosen(), {
      said: `• Pulumi's plugins: ${bin}/pulumi-language-nodejs, ${bin}/pulumi-resource-command\n`,
      installed: [],
    });
  });

  it("are taken from beside the engine where it looks for them there: the language host only", async () => {
    for (const file of ["pulumi-language-nodejs", "pulumi-resource-command"]) {
      writeFileSync(path.join(engine, file), "", { mode: 0o755 });
    }
    const { said, installed } = await chosen();
    const line = [path.join(engine, "pulumi-language-nodejs"), own("pulumi-resource-command")].join(", ");
    assert.equal(said, `• Pulumi's plugins: ${line}\n`);
    assert.equal(installed.length, 1);
  });
});
