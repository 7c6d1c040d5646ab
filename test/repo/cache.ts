import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

/** Where the laboratory keeps what it builds; so do tests with tools of other ecosystems. */
const cacheRoot = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "pulumi-virsh");

/** A folder of the user's cache. `build` fills it the first time; it appears as a whole or not at all. */
export function cachedFolder(name: string, build: (folder: string) => void): string {
  const folder = path.join(cacheRoot, name);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    build(fresh);
    // Another process may have been faster.
    if (!existsSync(folder)) renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
