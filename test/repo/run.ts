import { spawnSync } from "node:child_process";
import * as path from "node:path";

/** The folder of the repository: this file runs as dist/test/repo/run.js. */
export const root = path.resolve(__dirname, "../../..");

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Colours are off, so that the output can be compared. */
export function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: object; input?: string } = {},
): Outcome {
  const env = { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", ...options.env };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    env,
    input: options.input,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Runs a program that a package in node_modules brings, on the Node that runs the tests. */
export function tool(file: string, args: string[], options?: Parameters<typeof run>[2]): Outcome {
  return run(process.execPath, [path.join(root, "node_modules", file), ...args], options);
}
