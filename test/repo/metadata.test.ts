import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { textOf } from "./documents.js";
import { root, run } from "./run.js";

interface Metadata {
  homepage: string;
  repository: { type: string; url: string };
  bugs: string;
}

const { homepage, repository, bugs } = JSON.parse(textOf("package.json")) as Metadata;
const [, address = "", owner = ""] =
  /^git\+(https:\/\/github\.com\/([\w-]+)\/pulumi-virsh)\.git$/.exec(repository.url) ?? [];

describe("where the repository is", () => {
  it("is in package.json, in the form that npm provenance needs", () => {
    assert.notEqual(address, "");
    assert.deepEqual({ homepage, bugs }, { homepage: `${address}#readme`, bugs: `${address}/issues` });
  });

  it("has the same owner in CODEOWNERS as in package.json", () => {
    assert.match(textOf(".github/CODEOWNERS"), new RegExp(`^\\* @${owner}/[\\w-]+$`, "m"));
  });

  it("is named in no other file", function () {
    // An unpacked archive of the sources has no list of what belongs to it.
    if (!existsSync(path.join(root, ".git"))) this.skip();
    const { stdout } = run("git", ["grep", "-l", "-F", "-e", `github.com/${owner}`, "-e", `@${owner}/`], {
      cwd: root,
    });
    const lines = stdout.split("\n").filter((file) => file !== "");
    assert.deepEqual(lines, [".github/CODEOWNERS", "package.json"]);
  });
});
