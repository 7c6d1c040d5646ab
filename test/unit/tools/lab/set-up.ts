import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const LAB = path.resolve(__dirname, "../../../../../tools/lab");

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A machine for set-up: with a cache of its own, and only the given programs on PATH. */
export class Machine {
  readonly folder = mkdtempSync(path.join(tmpdir(), "pulumi-virsh-set-up-"));
  readonly cache = path.join(this.folder, "cache/pulumi-virsh");
  private readonly bin = path.join(this.folder, "bin");
  lab = LAB;

  constructor() {
    mkdirSync(this.bin);
    for (const program of ["env", "sh", "true"])
      symlinkSync(`/usr/bin/${program}`, path.join(this.bin, program));
  }

  /** Adds a program that runs these shell commands. */
  gets(program: string, commands: string): void {
    writeFileSync(path.join(this.bin, program), `#!/bin/sh\n${commands}\n`, { mode: 0o755 });
  }

  /** Runs a module; in it, `lab(FILE)` imports a file of the laboratory. */
  async runs(module: string): Promise<Outcome> {
    const prelude = `const lab = (file) => import(${JSON.stringify(this.lab)} + "/" + file);\n`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", prelude + module], {
      env: { PATH: this.bin, XDG_CACHE_HOME: path.join(this.folder, "cache"), HOME: this.folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    const [status] = (await once(child, "close")) as [number | null];
    return { status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
