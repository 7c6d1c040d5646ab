import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Passes all on to the real virsh, but what the file beside it names: that fails as when the daemon goes away. */
const SCRIPT = `#!${process.execPath}
const { spawnSync } = require("node:child_process");
const { existsSync, readFileSync, rmSync } = require("node:fs");
const args = process.argv.slice(2);
const broken = __dirname + "/broken";
const first = __dirname + "/first";
// Several commands in one process come as one argument, with their words in quotes.
const asks = (command) => args.includes(command) || args.some((arg) => arg.includes("'" + command + "'"));
const isFirst = existsSync(first) && asks(readFileSync(first, "utf8"));
if (!existsSync(first) && existsSync(broken) && asks(readFileSync(broken, "utf8"))) {
  process.stderr.write("error: End of file while reading data: Input/output error\\n");
  process.exitCode = 1;
} else {
  const PATH = process.env.PATH.split(":").filter((folder) => folder !== __dirname).join(":");
  const { status, error } = spawnSync("virsh", args, { stdio: "inherit", env: { ...process.env, PATH } });
  if (error) throw error;
  if (isFirst) rmSync(first);
  process.exitCode = status ?? 1;
}
`;

/** A virsh that comes first on PATH and of which one command can be made to fail. */
export class FailingVirsh {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<FailingVirsh> {
    const folder = await mkdtemp(join(tmpdir(), "virsh-failing-"));
    await writeFile(join(folder, "virsh"), SCRIPT, { mode: 0o700 });
    return new FailingVirsh(folder);
  }

  get path(): string {
    return [this.folder, process.env["PATH"]].join(delimiter);
  }

  /** `after`: not before this other command was done. */
  async break(command: string, after?: string): Promise<void> {
    if (after !== undefined) await writeFile(join(this.folder, "first"), after);
    await writeFile(join(this.folder, "broken"), command);
  }

  mend(): Promise<void> {
    return rm(join(this.folder, "broken"), { force: true });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
