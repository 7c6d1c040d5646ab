import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandLine } from "./support/command-line.js";
import { Disk } from "./support/definition.js";
import { output, snapshotsOf, virsh } from "./support/host.js";

const FOLDER = join(__dirname, "../../../examples/vm-with-checkpoint");

describe("examples/vm-with-checkpoint", () => {
  const commandLine = new CommandLine(FOLDER);
  const name = `example ${process.pid}`;
  let disk: Disk;
  let xml: string;

  const pulumi = (...words: string[]) => commandLine.pulumi(...words);
  const write = (title: string) => writeFile(xml, disk.xml(name, { title }));

  before(async () => {
    disk = await Disk.make();
    xml = `${disk.file}.xml`;
    await commandLine.open();
    for (const [key, value] of [
      ["xml", xml],
      ["shutdownTimeoutSeconds", "0"],
    ] as const) {
      await pulumi("config", "set", key, value);
    }
  });
  after(async () => {
    await commandLine.close();
    await disk.close();
  });

  it("defines and starts the VM, and takes the snapshot", async () => {
    await write("first");
    const shown = await pulumi("up", "--yes", "--skip-preview");
    assert.match(shown, /Resources:\n {4}\+ 4 created\n/);
    assert.match(shown, new RegExp(`name +: "${name}"`));
    assert.equal(await virsh("domstate", name), "running");
  });

  it("previews when an edit of the file takes effect, and redefines the VM in place", async () => {
    await write("second");
    const uuid = await virsh("domuuid", name);
    const shown = await pulumi("preview", "--diff");
    assert.ok(
      shown.includes(`The changed definition of ${name} takes effect at its next boot; it is running now.`),
    );
    assert.match(shown, /Resources:\n {4}~ 1 to update\n {4}3 unchanged\n/);
    assert.match(
      await pulumi("up", "--yes", "--skip-preview"),
      /Resources:\n {4}~ 1 updated\n {4}3 unchanged\n/,
    );
    assert.match(await virsh("dumpxml", "--inactive", uuid), /<title>second<\/title>/);
    assert.deepEqual(await snapshotsOf({ name, uuid }), ["checkpoint"]);
    await pulumi("preview", "--expect-no-changes");
  });

  it("deletes the snapshot and the VM but leaves the disk", async () => {
    assert.match(await pulumi("destroy", "--yes", "--skip-preview"), /Resources:\n {4}- 4 deleted\n/);
    assert.ok(!(await virsh("list", "--all", "--name")).split("\n").includes(name));
    await output("qemu-img", "check", disk.file);
  });
});
