import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirshError } from "../errors.js";

/**
 * Writes `text` to a file that only this user can read (a definition with `--security-info` contains passwords), and
 * removes the file afterwards in every case. A pipe does not work: Node.js makes it a socket, which virsh cannot open.
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
      tried: "write the file for virsh to read",
      said: cause instanceof Error ? cause.message : String(cause),
      next: "Check that the folder for temporary files (TMPDIR) is writable and has space.",
      cause,
    });
  }
}
