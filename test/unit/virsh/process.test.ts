import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isVirshError, type ErrorKind, type VirshError } from "../../../provider/errors.js";
import { run, type Call, type Finished } from "../../../provider/virsh/process.js";

interface Asked {
  program?: string;
  args?: readonly string[];
  changes?: boolean;
  leftMs?: number;
}

function call({ program = process.execPath, args = [], changes = false, leftMs = 30_000 }: Asked): Call {
  return {
    program,
    args,
    tried: "do it",
    changes,
    limits: { timeoutSeconds: 30, remaining: () => leftMs },
  };
}

function script(source: string, asked: Asked = {}, ...args: string[]): Promise<Finished> {
  return run(call({ ...asked, args: ["-e", source, "--", ...args] }));
}

async function failure(running: Promise<unknown>, kind: ErrorKind): Promise<VirshError> {
  const error = await running.then(
    () => assert.fail("it should have failed"),
    (reason: unknown) => reason,
  );
  assert.ok(isVirshError(error, kind), `${kind} expected: ${String(error)}`);
  assert.equal(error.tried, "do it");
  return error;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a started program", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "virsh-process-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("returns its output, unchanged, and its exit code", async () => {
    const source = `process.stdout.write("ñ日本🙂\\n\\n"); process.stderr.write("e"); process.exitCode = 3`;
    assert.deepEqual(await script(source), { exitCode: 3, stdout: "ñ日本🙂\n\n", stderr: "e" });
  });

  it("gets its arguments unchanged, without a shell", async () => {
    const hostile = [
      "a b",
      "$(touch pwned)",
      "'; touch pwned; '",
      '"q"',
      "-x",
      "--",
      "%s%n",
      "*",
      "ñ\n🙂",
      "\\",
    ];
    const { stdout } = await script(
      "process.stdout.write(JSON.stringify(process.argv.slice(1)))",
      {},
      ...hostile,
    );
    assert.deepEqual(JSON.parse(stdout), hostile);
  });

  it("runs in a fixed locale and time zone, without a debug level, and with the rest of the environment", async () => {
    process.env["LANGUAGE"] = "es";
    process.env["VIRSH_DEBUG"] = "0";
    try {
      const { stdout } = await script("process.stdout.write(JSON.stringify(process.env))");
      const env = JSON.parse(stdout) as Record<string, string>;
      assert.deepEqual(
        [env["LC_ALL"], env["LANGUAGE"], env["TZ"], env["VIRSH_DEBUG"], env["PATH"]],
        ["C.UTF-8", "", "UTC", "4", process.env["PATH"]],
      );
    } finally {
      delete process.env["LANGUAGE"];
      delete process.env["VIRSH_DEBUG"];
    }
  });

  it("has an empty standard input", async () => {
    const { stdout } = await script(`process.stdout.write(String(require("fs").readFileSync(0).length))`);
    assert.equal(stdout, "0");
  });

  it("has a session of its own, where ssh finds no terminal to read a password from", async () => {
    // pid (name) state parent group session
    const source = `process.stdout.write(require("fs").readFileSync("/proc/self/stat", "utf8"))`;
    const { stdout } = await script(source);
    const [pid, , , , , session] = stdout.replace(/\(.*\)/, "()").split(" ");
    assert.equal(session, pid);
  });

  it("that is missing is an error that names the package to install", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = folder;
    try {
      const error = await failure(run(call({ program: "virsh", changes: true })), "Unreachable");
      assert.equal(error.begun, false);
      assert.equal(
        error.message,
        "Unable to do it: virsh was not found. Install the package libvirt-clients (Debian, Ubuntu) or " +
          "libvirt-client (Fedora, RHEL, SUSE) on the machine that runs this program, and check that it is on PATH.",
      );
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("that may not be executed is another error than one that is missing", async () => {
    const program = join(folder, "virsh");
    writeFileSync(program, "");
    chmodSync(program, 0o600);
    const error = await failure(run(call({ program })), "Denied");
    assert.match(error.said, /may not be executed$/);
    assert.equal(error.begun, false);
  });

  it("is ended by the time limit and gone before the error, which says that the host may work on", async () => {
    const pidFile = join(folder, "pid");
    const source = `require("fs").writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)`;
    const running = script(source, { leftMs: 700, changes: true }, pidFile);
    const error = await failure(running, "Timeout");
    assert.equal(
      error.message,
      "Unable to do it: the time limit of 30 s ran out while it ran. The host may still be working on it: " +
        "`virsh domcontrol` says so; then look at what is there before trying again. timeoutSeconds sets the limit.",
    );
    assert.equal(alive(Number(readFileSync(pidFile, "utf8"))), false);
  });

  it("that ignores the request to end is killed, with the processes it started", async () => {
    const pidFile = join(folder, "pid");
    const source = `
      const { spawn } = require("child_process");
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      require("fs").writeFileSync(process.argv[1], String(child.pid));
      process.on("SIGTERM", () => {});
      setInterval(() => {}, 1000)`;
    await failure(script(source, { leftMs: 700 }, pidFile), "Timeout");
    assert.equal(alive(Number(readFileSync(pidFile, "utf8"))), false);
  });

  it("that changes nothing says so when the time limit ends it", async () => {
    const error = await failure(script("setInterval(() => {}, 1000)", { leftMs: 700 }), "Timeout");
    assert.equal(
      error.message,
      "Unable to do it: the time limit of 30 s ran out while it ran. Nothing was changed. timeoutSeconds sets the limit.",
    );
    assert.deepEqual([error.unchanged, error.begun], [true, false]);
  });

  it("is not started when the operation is out of time already", async () => {
    const mark = join(folder, "started");
    const source = `require("fs").writeFileSync(process.argv[1], "")`;
    const late = await failure(script(source, { leftMs: 0, changes: true }, mark), "Timeout");
    assert.match(late.message, /before it began\. Nothing was changed\./);
    assert.equal(existsSync(mark), false);
  });

  it("accepts a time limit longer than Node's timers allow", async () => {
    assert.equal((await script("", { leftMs: 2 ** 40 })).exitCode, 0);
  });

  it("that writes without end is stopped", async () => {
    const source = `const block = Buffer.alloc(1 << 20, "x"); const more = () => process.stdout.write(block, more); more()`;
    const error = await failure(script(source), "Unexpected");
    assert.match(error.said, /wrote more than 32 MiB$/);
  });

  it("may write up to the limit", async () => {
    const { stdout } = await script(`process.stdout.write("x".repeat(32 << 20))`);
    assert.equal(stdout.length, 32 << 20);
  });

  it("that a signal kills is an error that names the signal", async () => {
    const error = await failure(
      script(`process.kill(process.pid, "SIGKILL")`, { changes: true }),
      "Cancelled",
    );
    assert.match(error.said, /was killed by SIGKILL$/);
    assert.match(error.next ?? "", /^The host may still be working on it/);
    assert.deepEqual([error.unchanged, error.begun], [false, true]);
  });

  it("is refused where the system would not pass on an argument", async () => {
    assert.match(
      (await failure(script("", {}, "x".repeat(140_000)), "Invalid")).said,
      /longer than the system allows/,
    );
    assert.match((await failure(script("", {}, "a\0b"), "Invalid")).said, /NUL/);
  });
});
