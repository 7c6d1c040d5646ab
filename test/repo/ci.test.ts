import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { root, run, type Outcome } from "./run.js";

describe("the CI script", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "virsh-ci-"));
    mkdirSync(path.join(folder, "repo/.ci"), { recursive: true });
    mkdirSync(path.join(folder, "bin"));
    copyFileSync(path.join(root, ".ci/run"), path.join(folder, "repo/.ci/run"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs the script from elsewhere, with an npm that does `commands` instead. */
  function ci(commands: string): Outcome {
    writeFileSync(path.join(folder, "bin/npm"), `#!/bin/sh\n${commands}\n`, { mode: 0o755 });
    const env = { PATH: `${folder}/bin:/usr/bin:/bin`, CI: undefined };
    return run("bash", [path.join(folder, "repo/.ci/run")], { cwd: folder, env });
  }

  it("runs npm test in the repository, says that it is CI, and offers no input", () => {
    const { stdout } = ci(`printf '%s,' "$*" "$CI" "$PWD" "$(cat)"`);
    assert.equal(stdout, `--silent test,true,${folder}/repo,,`);
  });

  it("ends as the tests end", () => {
    assert.equal(ci("exit 0").status, 0);
    assert.equal(ci("exit 3").status, 3);
  });

  it("finds the tools laid beside the repository, and does without them", () => {
    assert.equal(ci(`command -v laid-beside || echo none`).stdout, "none\n");
    const tools = path.join(folder, "shared/tools/bin");
    mkdirSync(tools, { recursive: true });
    writeFileSync(path.join(tools, "laid-beside"), "#!/bin/sh\n", { mode: 0o755 });
    assert.equal(ci("laid-beside && echo found").stdout, "found\n");
  });
});
