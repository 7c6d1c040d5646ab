import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { GO_ENVIRONMENT, GO_FLAGS, RECIPE, SDK_FOLDERS } from "../../tools/generate/sdks.js";
import { cachedFolder } from "./cache.js";
import { root, run, type Outcome } from "./run.js";

/** The Python SDK of Pulumi that the tests use, and what builds packages. */
const PACKAGES = ["pulumi==3.272.0", "parver>=0.2.1", "semver>=2.8.1", "setuptools>=80", "wheel"];

/** A virtual environment of Python in the user's cache, with Pulumi in it; or why this machine cannot have one. */
export function python(): { program: string } | { missing: string } {
  const test = "import sys; print('.'.join(map(str, sys.version_info[:2])), sys.version_info >= (3, 10))";
  const [version = "", isRecent] = said("python3", ["-c", test]).split(" ");
  if (isRecent !== "True") return { missing: `Python 3.10 or later (found: ${version || "none"})` };
  try {
    const folder = cachedFolder(`python-${version}-${PACKAGES[0]?.replace("==", "-") ?? ""}`, (fresh) => {
      succeed(run("python3", ["-m", "venv", fresh]));
      succeed(run(path.join(fresh, "bin/python"), ["-m", "pip", "install", "--quiet", ...PACKAGES]));
    });
    return { program: path.join(folder, "bin/python") };
  } catch (error) {
    return { missing: `a virtual environment of Python: ${String(error)}` };
  }
}

/** Installs our Python SDK as a user does, into a folder that PYTHONPATH can name. */
export function installSdk(program: string, folder: string): void {
  // pip leaves what it builds beside the sources.
  const sources = path.join(folder, "sources");
  cpSync(path.join(root, SDK_FOLDERS.python), sources, { recursive: true });
  const flags = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target"];
  succeed(run(program, ["-m", "pip", "install", ...flags, path.join(folder, "installed"), sources]));
}

/**
 * Makes a Go module in `folder` of one source file that uses our Go SDK. Its dependencies have the versions of the
 * engine's, which the laboratory has compiled already.
 */
export function goModule(folder: string, source: string): void {
  const name =
    /^module (\S+)$/m.exec(readFileSync(path.join(root, SDK_FOLDERS.go, "go.mod"), "utf8"))?.[1] ?? "";
  const engine = readFileSync(path.join(RECIPE, "go.mod"), "utf8");
  const module = engine.replace(/^module .*$/m, "module program").replace(/^tool (\((.|\n)*?\n\)|.*)$/m, "");
  const sdk = `\nrequire ${name} v0.0.0\nreplace ${name} => ${path.join(root, SDK_FOLDERS.go)}\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "go.mod"), module + sdk);
  cpSync(path.join(RECIPE, "go.sum"), path.join(folder, "go.sum"));
  cpSync(source, path.join(folder, "main.go"));
}

/** Runs Go in a module: `build`, `vet`, `list`. */
export function goDo(go: string, verb: string, args: string[], folder: string): Outcome {
  return run(go, [verb, ...GO_FLAGS, ...args], { cwd: folder, env: GO_ENVIRONMENT });
}

export function succeed({ status, stdout, stderr }: Outcome): string {
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout;
}

function said(program: string, args: string[]): string {
  try {
    return run(program, args).stdout.trim();
  } catch {
    return "";
  }
}
