import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startDomain } from "../../../provider/virsh/commands/definition.js";
import { Connection } from "../../../provider/virsh/connection.js";
import { FAKE_VIRSH } from "./fake-virsh.js";

const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };

describe("a connection", () => {
  let folder: string;
  const path = process.env["PATH"];
  const clock = performance.now.bind(performance);
  beforeEach(() => {
    // Each command is a process here; sessions have tests of their own.
    process.env["PULUMI_VIRSH_SESSIONS"] = "0";
    folder = mkdtempSync(join(tmpdir(), "virsh-connection-"));
    writeFileSync(join(folder, "virsh"), FAKE_VIRSH);
    chmodSync(join(folder, "virsh"), 0o700);
    process.env["PATH"] = [folder, path].join(delimiter);
  });
  afterEach(() => {
    delete process.env["PULUMI_VIRSH_SESSIONS"];
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

  /** A virsh that is killed as soon as it runs, so many times. */
  const killedTimes = (times: number) => {
    upgradeTo("10.9.0");
    const dies = `const seen = __dirname + "/killed";
const before = fs.existsSync(seen) ? fs.readFileSync(seen, "utf8").length : 0;
if (before < ${times}) {
  fs.appendFileSync(seen, ".");
  process.kill(process.pid, "SIGKILL");
}
`;
    const [first = "", ...rest] = FAKE_VIRSH.split(/(?<=require\("fs"\);\n)/);
    writeFileSync(join(folder, "virsh"), [first, dies, ...rest].join(""));
  };

  it("sends a query once more whose virsh was killed", async () => {
    killedTimes(1);
    assert.equal(await new Connection("qemu:///system").daemonVersion(LIMITS), "10.9.0");
  });

  it("gives up a query whose virsh was killed twice", async () => {
    killedTimes(2);
    await assert.rejects(
      new Connection("qemu:///system").daemonVersion(LIMITS),
      /virsh was killed by SIGKILL/,
    );
  });

  it("never sends a change a second time", async () => {
    killedTimes(1);
    const change = startDomain("6695eb01-f6a4-8304-79aa-97f2502e193f");
    await assert.rejects(
      new Connection("qemu:///system").carryOut(change, LIMITS),
      /virsh was killed by SIGKILL/,
    );
  });
});
