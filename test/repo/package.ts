import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { root, run } from "./run.js";

export interface Packed {
  /** A scratch folder, removed when the tests end. */
  folder: string;
  tarball: string;
  size: number;
  files: string[];
}

const parts = ["package.json", "tsconfig.json", "README.md", "CHANGELOG.md", "LICENSE", "provider", "sdk"];
let packed: Packed | undefined;

/**
 * The package, packed as for a release, once. It is built from a copy of the sources, since packing builds
 * from nothing and these tests run from `dist/`.
 */
export function pack(): Packed {
  if (packed !== undefined) return packed;
  const folder = mkdtempSync(path.join(tmpdir(), "virsh-package-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const sources = path.join(folder, "sources");
  mkdirSync(sources);
  for (const part of parts.filter((part) => existsSync(path.join(root, part)))) {
    cpSync(path.join(root, part), path.join(sources, part), { recursive: true });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(sources, "node_modules"));

  const { status, stdout, stderr } = run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: sources,
  });
  assert.equal(status, 0, stdout + stderr);
  const [description] = JSON.parse(stdout) as [{ filename: string; size: number; files: { path: string }[] }];
  packed = {
    folder,
    tarball: path.join(folder, description.filename),
    size: description.size,
    files: description.files.map((file) => file.path),
  };
  return packed;
}
