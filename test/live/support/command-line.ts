import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { output } from "./host.js";

/** The real command line on the project in `folder`, with a stack of its own. */
export class CommandLine {
  readonly stack = `cli-${process.pid}`;

  /** `env`: the differences in the environment of the engine, and so of the provider. */
  constructor(
    private readonly folder: string,
    private readonly env: Record<string, string> = {},
  ) {}

  async open(): Promise<void> {
    await output("pulumi", "stack", "init", this.stack, "--cwd", this.folder);
  }

  /** Runs the command; returns what it wrote, on both of its outputs. */
  async pulumi(...words: string[]): Promise<string> {
    const { stdout, stderr } = await this.run(words);
    return stdout + stderr;
  }

  /** The same; returns what it wrote to its standard output alone. */
  async stdout(...words: string[]): Promise<string> {
    return (await this.run(words)).stdout;
  }

  private run(words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const where = ["--cwd", this.folder, "--stack", this.stack, "--non-interactive", "--color", "never"];
    const env = { ...process.env, ...this.env };
    return promisify(execFile)("pulumi", [...words, ...where], { env });
  }

  async close(): Promise<void> {
    await output("pulumi", "stack", "rm", this.stack, "--yes", "--force", "--cwd", this.folder);
  }
}

/** Whether that program can be executed. */
export function onPath(program: string): Promise<boolean> {
  return output("which", program).then(
    () => true,
    () => false,
  );
}
