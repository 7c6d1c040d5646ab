import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Connection } from "../../../provider/virsh/connection.js";
import { FAKE_VIRSH } from "./fake-virsh.js";

const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };

describe("a connection", () => {
  let folder: string;
  const path = process.env["PATH"];
  const clock = performance.now.bind(performance);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "virsh-connection-"));
    writeFileSync(join(folder, "virsh"), FAKE_VIRSH);
    chmodSync(join(folder, "virsh"), 0o700);
    process.env["PATH"] = [folder, path].join(delimiter);
  });
  afterEach(() => {
    performance.now = clock;
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  const upgradeTo = (version: string) => {
    const answers = { version: { stdout: `Running against daemon: ${version}\n` } };
    writeFileSync(join(folder, "answers"), JSON.stringify(answers));
  };

  it("reads the daemon's version again after a minute, because a program may outlive a daemon", async () => {
    const connection = new Connection("qemu:///system");
    upgradeTo("10.9.0");
    assert.equal(await connection.daemonVersion(LIMITS), "10.9.0");
    upgradeTo("11.0.0");
    assert.equal(await connection.daemonVersion(LIMITS), "10.9.0");
    performance.now = () => clock() + 60_000;
    assert.equal(await connection.daemonVersion(LIMITS), "11.0.0");
  });
});
