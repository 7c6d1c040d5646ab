import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isVirshError, type ErrorKind } from "../../../provider/errors.js";
import type { Host } from "../../../provider/hypervisor/host.js";
import { VirshHosts } from "../../../provider/virsh/host.js";

/** The one domain of libvirt's test driver, which needs no daemon. */
const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";

async function fails(running: Promise<unknown>, kind: ErrorKind, message: RegExp): Promise<void> {
  await assert.rejects(running, (error) => {
    assert.ok(isVirshError(error, kind), `${kind} expected: ${String(error)}`);
    assert.match(error.message, message);
    return true;
  });
}

describe("queries to a host at the same time", () => {
  const path = process.env["PATH"];
  let folder: string;
  beforeEach(() => {
    // Each command is a process here; sessions have tests of their own.
    process.env["PULUMI_VIRSH_SESSIONS"] = "0";
    folder = mkdtempSync(join(tmpdir(), "virsh-batched-"));
    const virsh = execFileSync("which", ["virsh"]).toString().trim();
    install(`#!/bin/sh\necho "$#" >> "${folder}/started"\nexec "${virsh}" "$@"\n`);
    process.env["PATH"] = [folder, path].join(delimiter);
  });
  afterEach(() => {
    delete process.env["PULUMI_VIRSH_SESSIONS"];
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  /** Puts a virsh first on the path. */
  function install(text: string): void {
    writeFileSync(join(folder, "virsh"), text);
    chmodSync(join(folder, "virsh"), 0o700);
  }

  function pretend(script: string): void {
    install(`#!${process.execPath}\n${script}\n`);
  }

  function host(uri = "test:///default"): Host {
    return new VirshHosts().open({ uri, timeoutSeconds: 30 });
  }

  /** How many processes of the real virsh were started. */
  function processes(): number {
    const started = join(folder, "started");
    return existsSync(started) ? readFileSync(started, "utf8").trim().split("\n").length : 0;
  }

  it("go to one virsh, and each has its own answer, also beside one that fails", async () => {
    const { domainState, readSnapshot, currentSnapshot, domainXml, listSnapshots } = host();
    const failing = readSnapshot(UUID, "it's; not there");
    const [state, , current, definition, snapshots] = await Promise.all([
      domainState(UUID),
      fails(failing, "NotFound", /^Unable to read snapshot "it's; not there" of domain .*not found/),
      currentSnapshot(UUID),
      domainXml(UUID),
      listSnapshots(UUID),
    ]);
    assert.deepEqual([state, current, definition.name, snapshots], ["running", undefined, "test", []]);
    assert.equal(processes(), 1);
  });

  it("prove with one list of the domains that their domain is gone", async () => {
    const gone = UUID.replace(/^6/, "7");
    const { domainState, currentSnapshot, listDomains } = host();
    const proven = /there is no domain with the UUID "7/;
    const [, , domains] = await Promise.all([
      fails(domainState(gone), "NotFound", proven),
      fails(currentSnapshot(gone), "NotFound", proven),
      listDomains(),
    ]);
    assert.deepEqual(domains, [{ uuid: UUID, name: "test" }]);
    assert.equal(processes(), 2);
  });

  it("all fail after one attempt when the host is unreachable", async () => {
    const { domainState, listSnapshots } = host("qemu+unix:///session?socket=/nowhere");
    const said = /Failed to connect socket to '\/nowhere'/;
    await Promise.all([
      fails(domainState(UUID), "Unreachable", said),
      fails(listSnapshots(UUID), "Unreachable", said),
    ]);
    assert.equal(processes(), 1);
  });

  it("are an error where virsh does not play the script to its end", async () => {
    pretend(`console.log("hello");`);
    const { domainState } = host();
    const said = /virsh answered "hello\\n", which is not understood/;
    await fails(domainState(UUID), "Unexpected", said);
    await Promise.all([
      fails(domainState(UUID), "Unexpected", said),
      fails(domainState(UUID.replace(/^6/, "7")), "Unexpected", said),
    ]);
  });

  const refusals: [message: string, kind: ErrorKind][] = [
    ["no way to qemu://admin:hunter2@host/", "Unexpected"],
    ["unable to connect to server at qemu://admin:hunter2@host/", "Unreachable"],
  ];
  for (const [message, kind] of refusals) {
    it(`keep a password out of the errors after: ${message}`, async () => {
      pretend(`process.stderr.write("error: ${message}\\n"); process.exitCode = 1;`);
      const { domainState, listSnapshots } = host();
      const redacted = (running: Promise<unknown>) =>
        fails(running, kind, /^(?!.*hunter2).*admin:\*\*\*@host/);
      await redacted(domainState(UUID));
      await Promise.all([redacted(domainState(UUID)), redacted(listSnapshots(UUID))]);
    });
  }

  it("go in few processes where they do not fit into one, each with its own answer", async () => {
    pretend(`
      const script = process.argv.at(-1);
      require("fs").appendFileSync(__dirname + "/lengths", script.length + "\\n");
      for (const [, number, mark] of script.matchAll(/(\\d+)'; echo ([0-9a-f-]{36});/g)) {
        process.stdout.write(number + mark);
        process.stderr.write("error: " + mark + "\\n");
      }
    `);
    const numbers = Array.from({ length: 130 }, (_, index) => String(index));
    const { snapshotXml } = host();
    const answers = await Promise.all(
      // The longest names: each quote takes four characters in a script.
      numbers.map((number) => snapshotXml(UUID, "'".repeat(247 - number.length) + number)),
    );
    assert.deepEqual(answers, numbers);
    const lengths = readFileSync(join(folder, "lengths"), "utf8").trim().split("\n").map(Number);
    assert.equal(lengths.length, 3);
    assert.ok(Math.max(...lengths) < 128 * 1024, String(lengths));
  });
});
