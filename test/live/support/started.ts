import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "./host.js";

const PROGRAMS = ["virsh", "qemu-img"] as const;

/** Programs that come first on PATH, note that they were started, and become the real ones: a line is a process. */
export class Started {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<Started> {
    const started = new Started(await mkdtemp(join(tmpdir(), "pulumi-virsh-started-")));
    for (const program of PROGRAMS) {
      const file = join(started.folder, program);
      const real = (await output("which", program)).trim();
      await writeFile(file, `#!/bin/sh\necho ${program} >>'${started.#log}'\nexec '${real}' "$@"\n`);
      await chmod(file, 0o755);
    }
    await started.forget();
    return started;
  }

  get env(): Record<string, string> {
    return { PATH: `${this.folder}:${process.env["PATH"] ?? ""}` };
  }

  async count(): Promise<{ virsh: number; qemuImg: number }> {
    const lines = (await readFile(this.#log, "utf8")).split("\n");
    const of = (program: (typeof PROGRAMS)[number]) => lines.filter((line) => line === program).length;
    return { virsh: of("virsh"), qemuImg: of("qemu-img") };
  }

  forget(): Promise<void> {
    return writeFile(this.#log, "");
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  get #log(): string {
    return join(this.folder, "started");
  }
}
