import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError, type ErrorKind } from "../../../provider/errors.js";
import { VirshHosts } from "../../../provider/virsh/host.js";
import { FAKE_VIRSH, type Answer, type Process } from "./fake-virsh.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const OTHER = "4b239424-eb0f-402a-854c-8a2b01c15fea";

describe("the host behind virsh", () => {
  let folder: string;
  let temporary: string;
  let hosts: VirshHosts;
  const saved = { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"] };

  beforeEach(() => {
    // Each command is a process here; sessions have tests of their own.
    process.env["PULUMI_VIRSH_SESSIONS"] = "0";
    hosts = new VirshHosts();
    folder = mkdtempSync(join(tmpdir(), "virsh-host-"));
    temporary = join(folder, "tmp");
    mkdirSync(temporary);
    writeFileSync(join(folder, "virsh"), FAKE_VIRSH);
    chmodSync(join(folder, "virsh"), 0o700);
    process.env["PATH"] = [folder, saved.PATH].join(delimiter);
    process.env["TMPDIR"] = temporary;
  });

  afterEach(() => {
    delete process.env["PULUMI_VIRSH_SESSIONS"];
    process.env["PATH"] = saved.PATH;
    if (saved.TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = saved.TMPDIR;
    rmSync(folder, { recursive: true });
  });

  function host(answers: Record<string, Answer>, options: { uri?: string; timeoutSeconds?: number } = {}) {
    writeFileSync(join(folder, "answers"), JSON.stringify(answers));
    return hosts.open({ uri: undefined, timeoutSeconds: 30, ...options });
  }

  function processes(): Process[] {
    const path = join(folder, "processes");
    if (!existsSync(path)) return [];
    return readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Process);
  }

  async function fails(running: Promise<unknown>, kind: ErrorKind, message: RegExp, begun?: boolean) {
    await assert.rejects(running, (error) => {
      assert.ok(isVirshError(error, kind), `${kind} expected: ${String(error)}`);
      assert.match(error.message, message);
      if (begun !== undefined) assert.equal(error.begun, begun);
      return true;
    });
  }

  it("is quiet, and connects where virsh does by itself when no URI is given", async () => {
    const opened = host({ list: { stdout: `${UUID} a b\n` } });
    assert.equal(opened.shownUri, undefined);
    assert.deepEqual(await opened.listDomains(), [{ uuid: UUID, name: "a b" }]);
    assert.deepEqual(processes(), [{ argv: ["--quiet", "list", "--all", "--uuid", "--name"] }]);
  });

  it("connects to the URI that is given", async () => {
    const uri = "qemu+ssh://root@h/system?no_verify=1";
    const opened = host({ domstate: { stdout: "shut off\n" } }, { uri });
    assert.equal(opened.shownUri, uri);
    assert.equal(await opened.domainState(UUID), "shut off");
    assert.deepEqual(processes(), [
      { argv: ["--quiet", `--connect=${uri}`, "domstate", `--domain=${UUID}`] },
    ]);
  });

  it("refuses a bad URI without starting a process, and does not show its password", () => {
    for (const uri of ["qemu+ext://h/?command=/tmp/evil", "qemu+ssh://u:hunter2@h/system", "", "-x"]) {
      assert.throws(
        () => host({}, { uri }),
        (error) =>
          isVirshError(error, "Invalid") &&
          error.message.startsWith('Unable to use uri "') &&
          !error.message.includes("hunter2"),
      );
    }
    assert.deepEqual(processes(), []);
  });

  it("does not repeat the password of a URI that virsh took from elsewhere", async () => {
    const stderr =
      "error: failed to connect to the hypervisor\nerror: internal error: Unable to parse URI qemu+tcp://u:hunter2@h/\n";
    const failing = host({ list: { stderr, code: 1 } }).listDomains();
    await fails(failing, "Invalid", /Unable to parse URI qemu\+tcp:\/\/u:\*\*\*@h\//);
  });

  const lookupFailed = { stderr: `error: failed to get domain '${UUID}'\n`, code: 1 };

  it("calls a domain gone when the list of all domains does not have it", async () => {
    const opened = host({ domstate: lookupFailed, list: { stdout: `${OTHER} other\n` } });
    await fails(
      opened.domainState(UUID),
      "NotFound",
      /^Unable to read the state of domain [0-9a-f-]+: there is no domain with the UUID "[0-9a-f-]+"\.$/,
    );
    assert.deepEqual(
      processes().map(({ argv }) => argv[1]),
      ["domstate", "list"],
    );
  });

  it("does not call a domain gone that is listed", async () => {
    const opened = host({ "snapshot-revert": lookupFailed, list: { stdout: `${UUID} fw\n` } });
    await fails(
      opened.revertSnapshot(UUID, "a", {}),
      "Unexpected",
      /lists the domain but did not let it be looked up/,
    );
  });

  it("does not call a domain gone when the list cannot be read", async () => {
    const list = {
      stderr:
        "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/run/x': Connection refused\n",
      code: 1,
    };
    const opened = host({ "snapshot-list": lookupFailed, list });
    await fails(
      opened.listSnapshots(UUID),
      "Unreachable",
      /^Unable to list the domains: Failed to connect socket/,
    );
  });

  it("calls a snapshot gone on libvirt's word alone", async () => {
    const stderr =
      "error: Failed to delete snapshot a\nerror: Domain snapshot not found: no domain snapshot with matching name 'a'\n";
    const opened = host({ "snapshot-delete": { stderr, code: 1 } });
    await fails(
      opened.deleteSnapshot(UUID, "a", {}),
      "NotFound",
      /^Unable to delete snapshot "a" of domain /,
    );
    assert.equal(processes().length, 1);
  });

  it("has no current snapshot only where libvirt says so, and throws any other error", async () => {
    const current = (answer: Answer) => host({ "snapshot-current": answer }).currentSnapshot(UUID);
    const none = { stderr: `error: domain '${UUID}' has no current snapshot\n`, code: 1 };
    assert.equal(await current(none), undefined);
    assert.equal(await current({ stdout: "a b" }), "a b");
    const broken = { stderr: "error: internal error: no\n", code: 1 };
    await fails(current(broken), "Unexpected", /internal error: no/);
  });

  it("marks a lost query as never begun, and a lost change as possibly begun", async () => {
    const lost = { stderr: "error: End of file while reading data: Input/output error\n", code: 1 };
    await fails(host({ domstate: lost }).domainState(UUID), "Unreachable", /End of file/, false);
    await fails(host({ "snapshot-revert": lost }).revertSnapshot(UUID, "a", {}), "Unreachable", /End/, true);
  });

  it("counts an inactive domain as idle", async () => {
    const inactive = { stderr: "error: Requested operation is not valid: domain is not running\n", code: 1 };
    assert.deepEqual(await host({ domcontrol: inactive }).domainControl(UUID), { idle: true });
  });

  it("passes a definition to virsh in a private file, and removes it", async () => {
    const xml = "<domainsnapshot>ñ</domainsnapshot>\n";
    await host({ "snapshot-create": {} }).redefineSnapshot(UUID, xml);
    const [{ argv, file } = assert.fail()] = processes();
    assert.deepEqual(argv, [
      "--quiet",
      "snapshot-create",
      `--domain=${UUID}`,
      `--xmlfile=${file?.path ?? ""}`,
      "--redefine",
    ]);
    assert.equal(file?.text, xml);
    assert.deepEqual([file.mode, file.folderMode], [0o600, 0o700]);
    assert.deepEqual(readdirSync(temporary), []);
  });

  it("removes the private file also when virsh fails", async () => {
    const refused = { stderr: "error: XML error: no\n", code: 1 };
    await fails(
      host({ "snapshot-create": refused }).redefineSnapshot(UUID, "<x/>"),
      "Invalid",
      /XML error: no/,
    );
    assert.equal(processes().length, 1);
    assert.deepEqual(readdirSync(temporary), []);
  });

  it("names TMPDIR when the private file cannot be made", async () => {
    process.env["TMPDIR"] = join(folder, "missing");
    await fails(host({}).redefineSnapshot(UUID, "<x/>"), "Unexpected", /ENOENT.*TMPDIR/);
    assert.deepEqual(processes(), []);
  });

  it("has one time limit for all calls of an operation", async () => {
    const opened = host({ domstate: { stdout: "running\n", delayMs: 400 } }, { timeoutSeconds: 1.2 });
    const before = opened.remaining();
    assert.ok(before > 0 && before <= 1200);
    assert.equal(await opened.domainState(UUID), "running");
    assert.ok(opened.remaining() <= before - 400);
    await fails(
      (async () => {
        for (;;) await opened.domainState(UUID);
      })(),
      "Timeout",
      /the time limit of 1\.2 s ran out/,
    );
    assert.equal(opened.remaining(), 0);
  });

  it("starts its clock with the first call, not while it waits for its turn", async () => {
    const opened = host({ domstate: { stdout: "running\n" } }, { timeoutSeconds: 1 });
    await sleep(1200);
    assert.equal(await opened.domainState(UUID), "running");
    assert.ok(opened.remaining() < 1000);
  });

  it("reads the daemon's version once for all operations on a URI", async () => {
    const version = { stdout: "Running against daemon: 10.9.0\n" };
    const uri = "qemu:///system?socket=/once";
    assert.equal(await host({ version }, { uri }).daemonVersion(), "10.9.0");
    assert.equal(await host({}, { uri }).daemonVersion(), "10.9.0");
    assert.equal(processes().length, 1);
    const other = { stdout: "Running against daemon: 9.0.0\n" };
    const elsewhere = host({ version: other }, { uri: "qemu:///system?socket=/other" });
    assert.equal(await elsewhere.daemonVersion(), "9.0.0");
  });

  it("sends queries of several operations on one URI in one batch", async () => {
    const answers = { domstate: { stdout: "running\n" }, "snapshot-current": { stdout: "a" } };
    const [first, second] = [host(answers), host(answers)];
    const results = await Promise.all([first.domainState(UUID), second.currentSnapshot(UUID)]);
    assert.deepEqual(results, ["running", "a"]);
    assert.equal(processes().length, 1);
  });

  it("shares neither versions nor batches with the hosts of another VirshHosts", async () => {
    const version = { stdout: "Running against daemon: 10.9.0\n" };
    const answers = { version, domstate: { stdout: "running\n" }, "snapshot-current": { stdout: "a" } };
    const one = host(answers);
    const other = new VirshHosts().open({ uri: undefined, timeoutSeconds: 30 });
    assert.equal(await one.daemonVersion(), "10.9.0");
    host({ ...answers, version: { stdout: "Running against daemon: 9.0.0\n" } });
    assert.equal(await other.daemonVersion(), "9.0.0");
    assert.equal(await one.daemonVersion(), "10.9.0");
    assert.equal(processes().length, 2);

    await Promise.all([one.domainState(UUID), other.currentSnapshot(UUID)]);
    const commands = processes().map(({ argv }) => argv[1] ?? "");
    assert.deepEqual(commands.slice(2).sort(), ["domstate", "snapshot-current"]);
  });

  it("knows by libvirt's words whether a file exists", async () => {
    const answer = (said: string) => ({ "save-image-dumpxml": { stderr: `error: ${said}\n`, code: 1 } });
    const path = "/images/m";
    const missing = answer(`Failed to open file '${path}': No such file or directory`);
    assert.equal(await host(missing).fileExists(path), false);
    assert.equal(await host(answer("operation failed: image magic is incorrect")).fileExists(path), true);
    const denied = answer(`Failed to open file '${path}': Permission denied`);
    await assert.rejects(host(denied).fileExists(path), /Permission denied/);
  });

  it("reads and removes no file of another machine", async () => {
    const kept = join(folder, "kept");
    writeFileSync(kept, "");
    const opened = host({}, { uri: "qemu+ssh://root@h/system" });
    assert.equal(await opened.imageTags(kept), undefined);
    assert.equal(await opened.imageFiles(kept), undefined);
    assert.equal(await opened.isLocked(kept), undefined);
    assert.equal(await opened.freeBytes(kept), undefined);
    assert.equal(await opened.fileMode(kept), undefined);
    assert.equal(await opened.setFileMode(kept, 0o600), false);
    await fails(
      opened.readImages(kept, { backingChain: true }),
      "Unsupported",
      /it is on the host of qemu\+ssh:\/\/root@h\/system, and qemu-img reads the files of this machine/,
    );
    assert.equal(await opened.removeFile(kept), false);
    assert.ok(existsSync(kept));
    assert.equal(await host({}, { uri: "qemu:///system" }).removeFile(kept), true);
    assert.ok(!existsSync(kept));
  });
});
