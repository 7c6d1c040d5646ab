import assert from "node:assert/strict";
import { chown, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandLine } from "./support/command-line.js";
import { ROOT } from "./support/example.js";
import { lab, output, snapshotsOf, virsh } from "./support/host.js";
import { assertAllPrinted, shownLines } from "./support/readme.js";
import { Walk } from "./support/walk.js";

const EXAMPLE = "vm-with-checkpoint";
const FOLDER = join(ROOT, "examples", EXAMPLE);

describe(`examples/${EXAMPLE}, as its README says, compared with the host at every step`, () => {
  const commandLine = new CommandLine(FOLDER);
  const walk = new Walk(commandLine);
  const name = `example ${process.pid}`;
  const disk = join(lab("LAB_DIR"), `example-${process.pid}.qcow2`);
  let uuid: string;

  /** The file of the example, with what the laboratory has: no KVM, no network, a folder of its own. */
  async function write(edit: (xml: string) => string): Promise<void> {
    const xml = (await readFile(join(FOLDER, "vm.xml"), "utf8"))
      .replace('type="kvm"', 'type="qemu"')
      .replace("<name>example<", `<name>${name}<`)
      .replace("/var/lib/libvirt/images/example.qcow2", disk)
      .replace(/<interface[^]*<\/interface>/, "");
    await writeFile(`${disk}.xml`, edit(xml));
  }

  /** What the host has: state, memory now and at the next boot, snapshots. */
  async function host(): Promise<unknown[]> {
    const memory = async (...flags: string[]) =>
      Number(/<memory unit='KiB'>(\d+)</.exec(await virsh("dumpxml", ...flags, uuid))?.[1]) / 1024;
    return [
      await virsh("domstate", uuid),
      await memory(),
      await memory("--inactive"),
      await snapshotsOf({ name, uuid }),
    ];
  }

  before(async () => {
    await output("qemu-img", "create", "-q", "-f", "qcow2", disk, "10G");
    const { uid, gid } = await stat(lab("LAB_DIR"));
    await chown(disk, uid, gid);
    await write((xml) => xml);
    walk.names.push([name, "example"]);
    await commandLine.open();
    await walk.set({ xml: `${disk}.xml`, shutdownTimeoutSeconds: "0" });
  });
  after(async () => {
    await commandLine.close();
    await output("rm", "-f", disk, `${disk}.xml`);
  });

  it("defines and starts the VM, and takes the snapshot", async () => {
    await walk.up();
    uuid = await virsh("domuuid", name);
    assert.deepEqual(await host(), ["running", 1024, 1024, ["checkpoint"]]);
    await walk.unchanged();
  });

  it("previews when an edit of the file takes effect, and redefines the VM in place", async () => {
    await write((xml) => xml.replace(">1024<", ">512<"));
    await walk.pulumi("preview");
    assert.deepEqual(await host(), ["running", 1024, 1024, ["checkpoint"]]);
    await walk.up();
    assert.deepEqual(await host(), ["running", 1024, 512, ["checkpoint"]]);
    await walk.unchanged();
  });

  it("reverts to the snapshot, which takes the definition back, too", async () => {
    await walk.set({ revert: "now" });
    await walk.pulumi("preview");
    await walk.up();
    assert.deepEqual(await host(), ["running", 1024, 1024, ["checkpoint"]]);
  });

  it("defines the VM with the next up as the file says", async () => {
    await walk.up();
    assert.deepEqual(await host(), ["running", 1024, 512, ["checkpoint"]]);
    await walk.unchanged();
  });

  it("prints each line that the README shows", () => {
    assertAllPrinted(shownLines(EXAMPLE), walk.printed, walk.names);
  });

  it("deletes the snapshot and the VM within seconds, but leaves the disk", async () => {
    const begun = Date.now();
    await walk.pulumi("destroy", "--yes", "--skip-preview");
    assert.ok(Date.now() - begun < 20_000);
    assert.ok(!(await virsh("list", "--all", "--name")).split("\n").includes(name));
    await output("qemu-img", "check", disk);
  });
});
