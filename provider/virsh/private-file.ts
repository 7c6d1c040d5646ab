import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirshError } from "../errors.js";

/**
 * Lends `text` as a file that only this user can read (a definition with `--security-info` holds passwords),
 * and removes it whatever happens. A pipe would not do: virsh cannot open the socket that Node makes of one.
 */
export async function withPrivateFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await orExplain(mkdtemp(join(tmpdir(), "pulumi-virsh-"))); // made with mode 0700
  try {
    const path = join(folder, "definition.xml");
    await orExplain(writeFile(path, text, { mode: 0o600, flag: "wx" }));
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function orExplain<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (cause) {
    throw new VirshError({
      kind: "Unexpected",
      tried: "write the file that virsh is to read",
      said: cause instanceof Error ? cause.message : String(cause),
      next: "See that the folder for temporary files (TMPDIR) can be written and has room.",
      cause,
    });
  }
}
