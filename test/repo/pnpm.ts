import * as path from "node:path";
import { cachedFolder } from "./cache.js";
import { run, type Outcome } from "./run.js";

const VERSION = "12.21.0";

/** pnpm, installed through npm into the user's cache; `undefined` where npm cannot have it. */
export function pnpm(): ((args: string[], cwd: string) => Outcome) | undefined {
  try {
    const folder = cachedFolder(`pnpm-${VERSION}`, (fresh) => {
      const flags = ["--no-audit", "--no-fund", "--prefix", fresh];
      const { status, stdout, stderr } = run("npm", ["install", ...flags, `pnpm@${VERSION}`]);
      if (status !== 0) throw new Error(stdout + stderr);
    });
    const program = path.join(folder, "node_modules/.bin/pnpm");
    // What it downloads stays in a store of its own, beside it.
    const store = ["--store-dir", path.join(folder, "../pnpm-store")];
    return (args, cwd) => run(program, [...args, ...store], { cwd });
  } catch (error) {
    process.stderr.write(`pnpm cannot be installed: ${String(error)}\n`);
    return undefined;
  }
}
