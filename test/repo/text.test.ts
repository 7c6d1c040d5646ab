import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { root, run } from "./run.js";

/** What the repository holds, or would hold with the next commit. */
function files(): string[] {
  const { status, stdout, stderr } = run("git", [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
  ]);
  assert.equal(status, 0, stderr);
  return stdout.split("\0").filter((file) => file !== "" && existsSync(path.join(root, file)));
}

/** Every line of every file that matches, as `file:line: text`. */
function lines(pattern: RegExp): string[] {
  return files().flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((text, index) => (pattern.test(text) ? [`${file}:${index + 1}: ${text.trim()}`] : [])),
  );
}

/** Matches `folder` and what lies in it, but neither a longer path that ends like it nor a user of a URI. */
function within(folder: string): RegExp {
  return new RegExp(`(?<![\\w./~}-])${folder.replaceAll(/[^\w/]/g, "\\$&")}(?![\\w.@-])`);
}

describe("the text of the repository", () => {
  before(function () {
    // An unpacked archive of the sources has no list of what belongs to it.
    if (!existsSync(path.join(root, ".git"))) this.skip();
  });

  it("names no folder of the machine it was written on", () => {
    const anywhere = ["/", "/home", "/tmp", "/var/tmp", "/usr/src", "/opt", "/srv", "/mnt"];
    const folders = [root, path.dirname(root), homedir()].filter((folder) => !anywhere.includes(folder));
    assert.deepEqual(
      folders.flatMap((folder) => lines(within(folder))),
      [],
    );
  });

  it("names no package registry", () => {
    assert.deepEqual(lines(/\b(registry\.(npmjs|yarnpkg)|(proxy|sum)\.golang|deb\.debian)\.(org|com)\b/), []);
    assert.deepEqual(lines(/"resolved": "https?:/), []);
  });
});
