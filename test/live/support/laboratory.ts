import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { until } from "./host.js";

const MAIN = join(__dirname, "../../../../tools/lab/main.mjs");

/** A laboratory beside the one that runs the tests, in a process group of its own. */
export class Laboratory {
  stdout = "";
  stderr = "";
  readonly ended: Promise<unknown>;

  private constructor(private readonly process: ChildProcess) {
    process.stdout?.on("data", (data: Buffer) => (this.stdout += data.toString()));
    process.stderr?.on("data", (data: Buffer) => (this.stderr += data.toString()));
    this.ended = once(process, "close");
  }

  static start(...command: string[]): Laboratory {
    return new Laboratory(spawn(process.execPath, [MAIN, "lab", "--", ...command], { detached: true }));
  }

  /** In a terminal of its own, for keyboard input. */
  static inTerminal(command: string): Laboratory {
    // A shell in between would report its own Ctrl-C instead of the status.
    const line = `exec '${process.execPath}' '${MAIN}' lab -- ${command}`;
    return new Laboratory(
      spawn("script", ["--quiet", "--return", "--flush", "--command", line, "/dev/null"]),
    );
  }

  type(keys: string): void {
    this.process.stdin?.write(keys);
  }

  signal(signal: NodeJS.Signals, to: "laboratory" | "group" = "laboratory"): void {
    const { pid } = this.process;
    if (pid !== undefined && !this.hasEnded()) process.kill(to === "group" ? -pid : pid, signal);
  }

  hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The status it ended with. */
  async status(): Promise<number | null> {
    await this.ended;
    return this.process.exitCode;
  }

  /** Its folder, after its command has printed LAB_DIR. */
  async base(): Promise<string> {
    const found = () => /\/tmp\/pv-lab-\w+(?=\/)/.exec(this.stdout)?.[0];
    await until("the laboratory started", () => Promise.resolve(found() !== undefined), 40);
    return found() ?? "";
  }

  /** Its folder, as soon as it exists. */
  async earlyBase(): Promise<string> {
    let base: string | undefined;
    await until("the laboratory began", async () => (base = await folderOf(this.process.pid)) !== undefined);
    return base ?? "";
  }
}

async function folderOf(pid: number | undefined): Promise<string | undefined> {
  for (const name of await readdir("/tmp")) {
    if (!name.startsWith("pv-lab-")) continue;
    const owner = await readFile(`/tmp/${name}/owner.json`, "utf8").catch(() => "");
    if (owner.includes(`{"pid":${pid ?? 0},`)) return `/tmp/${name}`;
  }
  return undefined;
}

/** What is left of a laboratory: its folder, and processes that name it, except zombies. */
export async function remainsOf(base: string): Promise<string[]> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const known = await Promise.all(
    processes.map(async (pid) => {
      const texts = await Promise.all(
        ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "")),
      );
      return texts.some((text) => text.includes(base)) ? [`process ${pid}: ${texts[0] ?? ""}`] : [];
    }),
  );
  const folder = (await readdir(dirname(base))).some((name) => join(dirname(base), name) === base);
  return [...(folder ? [base] : []), ...known.flat()];
}
