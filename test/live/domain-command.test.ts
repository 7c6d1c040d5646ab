import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { previewCreate, previewUpdate } from "../../provider/command/preview.js";
import type { RecordedDomain } from "../../provider/domain/declaration.js";
import { info, warning } from "../../provider/hypervisor/notice.js";
import { DEFAULTS, run, type Finished } from "./support/domain-command.js";
import { Disk } from "./support/definition.js";
import { diskOf, guest, output, snapshotsOf, virsh } from "./support/host.js";

const NAME = `command ${process.pid}`;

describe("the commands of a Domain on a real libvirt", () => {
  let disk: Disk;
  let uuid: string;
  /** What the last command that succeeded printed. */
  let recorded: string;

  const titled = (title: string) => disk.xml(NAME, { title });
  const state = () => virsh("domstate", uuid);

  before(async () => {
    disk = await Disk.make();
  });
  after(() => disk.close());

  function succeeded({ code, stdout, stderr }: Finished, told = ""): RecordedDomain {
    assert.deepEqual({ code, stderr }, { code: 0, stderr: told }, stdout);
    recorded = stdout;
    return JSON.parse(stdout) as RecordedDomain;
  }

  function failed({ code, stdout, stderr }: Finished, message: RegExp): void {
    assert.deepEqual({ code, stderr }, { code: 1, stderr: "" }, stdout);
    assert.match(stdout, message);
  }

  it("create defines the domain, starts it and prints what to record", async () => {
    const created = succeeded(await run("create", titled("first"), { PULUMI_VIRSH_AUTOSTART: "true" }));
    uuid = await virsh("domuuid", NAME);
    assert.deepEqual([created.name, created.uuid], [NAME, uuid]);
    assert.equal(await state(), "running");
    assert.match(await virsh("dominfo", uuid), /^Autostart: +enable$/m);
  });

  it("create refuses a domain that exists, and writes that to standard output alone", async () => {
    failed(
      await run("create", titled("other")),
      new RegExp(
        `^Unable to define domain "${NAME}": the host already has a domain of that name, ${uuid}\\. `,
      ),
    );
  });

  it("update redefines a running domain, and says that the definition takes effect at its next boot", async () => {
    const environment = { ...DEFAULTS };
    const [line, ...more] = await previewUpdate({ stdout: recorded }, { xml: titled("second"), environment });
    assert.deepEqual([line?.severity, more], ["info", []]);
    assert.match(line?.text ?? "", /takes effect at its next boot; it is running now\./);
    const updated = await run("update", titled("second"), {}, recorded);
    succeeded(updated, `${NAME} keeps its old definition until its next boot.\n`);
    assert.match(await virsh("dumpxml", "--inactive", uuid), /<title>second<\/title>/);
    assert.match(await virsh("dumpxml", uuid), /<title>first<\/title>/);
  });

  it("update stops a domain that is not to run, with a warning about the power cut", async () => {
    const inputs = { PULUMI_VIRSH_RUNNING: "false" };
    const environment = { ...DEFAULTS, ...inputs };
    assert.deepEqual(await previewUpdate({ stdout: recorded }, { xml: titled("second"), environment }), [
      info(
        `${NAME} is running, and this update shuts it down; if it is not off after 1 s, it is stopped as by a power cut.`,
      ),
    ]);
    const updated = await run("update", titled("second"), inputs, recorded);
    succeeded(
      updated,
      `warning: ${NAME} did not shut down within 1 s, so it is stopped as by a power cut.\n`,
    );
    assert.equal(await state(), "shut off");
  });

  it("update stops a paused domain at once, as its preview warns", async () => {
    succeeded(await run("update", titled("second"), {}, recorded));
    await virsh("suspend", uuid);
    const inputs = { PULUMI_VIRSH_RUNNING: "false", PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS: "60" };
    const environment = { ...DEFAULTS, ...inputs };
    assert.deepEqual(await previewUpdate({ stdout: recorded }, { xml: titled("second"), environment }), [
      warning(`${NAME} is paused, and this update stops it as by a power cut.`),
    ]);
    succeeded(await run("update", titled("second"), inputs, recorded));
    assert.equal(await state(), "shut off");
  });

  it("update refuses another UUID, in the preview too, and names Pulumi's way to replace the domain", async () => {
    const xml = disk.xml(NAME, { uuid: "bcfa3df3-7f64-4055-baf6-8ec50c3b0251" });
    const message = /^Unable to redefine domain .* or run pulumi up --replace with its URN\.\s*$/;
    failed(await run("update", xml, {}, recorded), message);
    await assert.rejects(previewUpdate({ stdout: recorded }, { xml, environment: DEFAULTS }), {
      kind: "Conflict",
      message,
    });
  });

  it("delete refuses a domain with snapshots, and changes nothing", async () => {
    await virsh("start", uuid);
    await virsh("snapshot-create-as", `--domain=${uuid}`, "--name=theirs");
    failed(
      await run("delete", "", {}, recorded),
      /it still has the snapshot "theirs", .* Nothing was changed\./,
    );
    assert.equal(await state(), "running");
    assert.deepEqual(await snapshotsOf({ name: NAME, uuid }), ["theirs"]);
    await virsh("snapshot-delete", `--domain=${uuid}`, "--snapshotname=theirs");
  });

  it("delete refuses a record without the UUID, and names the field", async () => {
    const record = JSON.stringify({ name: NAME, xmlSha256: "00" });
    failed(await run("delete", "", {}, record), /its field "uuid" is missing\. Nothing was changed\./);
    assert.equal(await state(), "running");
  });

  it("delete stops the domain and undefines it, leaves its disk, and succeeds a second time", async () => {
    const told = `warning: ${NAME} did not shut down within 1 s, so it is stopped as by a power cut.\n`;
    assert.deepEqual(await run("delete", "", {}, recorded), { code: 0, stdout: "", stderr: told });
    assert.ok(!(await virsh("list", "--all", "--uuid")).includes(uuid));
    assert.ok(existsSync(disk.file));
    await output("qemu-img", "check", disk.file);
    assert.deepEqual(await run("delete", "", {}, recorded), { code: 0, stdout: "", stderr: "" });
  });

  it("create leaves nothing of a domain that cannot be started", async () => {
    const xml = titled("diskless").replace(disk.file, "/nowhere/disk.qcow2");
    failed(
      await run("create", xml),
      /\/nowhere\/disk\.qcow2.* was undefined again, so nothing is left of it\./,
    );
    assert.ok(!(await virsh("list", "--all", "--name")).split("\n").includes(NAME));
  });

  it("create adopts an existing domain, as its preview warns, and keeps its UUID", async () => {
    const theirs = await guest("--off");
    const xml = disk.xml(theirs.name, { title: "ours" });
    const inputs = { PULUMI_VIRSH_ADOPT: "true", PULUMI_VIRSH_RUNNING: "false" };
    const moved = `Disk vda of ${theirs.name} moves from ${await diskOf(theirs)} to ${disk.file}.`;
    assert.deepEqual(await previewCreate({ xml, environment: { ...DEFAULTS, ...inputs } }), [
      warning(
        `${theirs.name} exists (${theirs.uuid}) and is adopted: its definition is replaced by this one.`,
      ),
      info(`The changed definition of ${theirs.name} takes effect at its next start; it is off now.`),
      warning(moved),
    ]);
    assert.equal(succeeded(await run("create", xml, inputs), `warning: ${moved}\n`).uuid, theirs.uuid);
    assert.match(await virsh("dumpxml", theirs.uuid), /<title>ours<\/title>/);
    await run("delete", "", {}, recorded);
  });
});
