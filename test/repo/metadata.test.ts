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

  it("is the path of the Go module", () => {
    const place = address.replace("https://", "");
    assert.match(textOf("sdk/go/virsh/go.mod"), new RegExp(`^module ${place}/sdk/go/virsh$`, "m"));
  });

  it("is named in no other file that is not generated", function () {
    // An unpacked archive of the sources has no list of what belongs to it.
    if (!existsSync(path.join(root, ".git"))) this.skip();
    const names = ["-e", `github.com/${owner}`, "-e", `@${owner}/`];
    const generated = ["provider/plugin/schema.json", "sdk/go", "sdk/python"].map((path) => `:!${path}`);
    // The program that imports the Go module: it does not compile with another path.
    const { stdout } = run("git", [
      "grep",
      "-l",
      "-F",
      ...names,
      "--",
      ".",
      ...generated,
      ":!test/repo/programs",
    ]);
    const lines = stdout.split("\n").filter((file) => file !== "");
    assert.deepEqual(lines, [".github/CODEOWNERS", "package.json"]);
  });
});
