import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack } from "./support/engine.js";
import {
  besideDaemon,
  daemonRoot,
  diskOf,
  guest,
  imageSnapshots,
  inGuest,
  lab,
  moveDisk,
  output,
  snapshotsOf,
  snapshotXml,
  virsh,
  type Guest,
} from "./support/host.js";
import { isAtLeast } from "./support/libvirt.js";

describe("errors that a user sees", () => {
  let off: Guest;
  let stack: TestStack;
  const program = (args: SnapshotArgs) => () => ({ checkpoint: new Snapshot("checkpoint", args) });
  const fails = async (args: SnapshotArgs, message: string, on = stack) => {
    assertFailed(await on.up(program(args)), ["create checkpoint"], [message]);
  };

  before(async () => {
    off = await guest("--off");
    stack = await TestStack.open();
  });
  after(() => stack.close());

  it("name the domains that exist when the host has no such domain", async () => {
    await fails(
      { domain: "nope", uri: "test:///default" },
      'Unable to find domain "nope" at test:///default: the host lists no domain of that name or UUID. It lists "test". Check domain and uri.',
    );
  });

  it("reject a domain given by its numeric id, though virsh accepts it", async () => {
    const id = await virsh("domid", lab("LAB_DOMAIN"));
    assert.match(id, /^\d+$/);
    await fails(
      { domain: id },
      `Unable to find domain "${id}": the host lists no domain of that name or UUID. ` +
        "libvirt's numeric ids change at every start, so they are not taken: give the domain's name or UUID.",
    );
  });

  it("report a host that does not answer", async () => {
    await fails(
      { domain: off.name, uri: "qemu+tcp://127.0.0.1:1/system" },
      "Unable to list the domains: unable to connect to server at '127.0.0.1:1': Connection refused. " +
        "Check that this machine can reach the host, and that the URI names the right host.",
    );
  });

  it("reject a URI that would run a program here, and do not repeat it", async () => {
    const { ok, steps, messages } = await stack.up(
      program({ domain: off.name, uri: "qemu+ssh://host/system?command=/tmp/secret" }),
    );
    assert.deepEqual([ok, steps, messages.length], [false, [], 1]);
    assert.match(
      messages[0] ?? "",
      / uri: "qemu\+ssh:\/\/host\/system\?\*\*\*" cannot be used: the parameter command runs a program on this machine\. Remove it; put ports, keys and jump hosts into ~\/\.ssh\/config\.$/,
    );
  });

  it("reject a snapshot whose name exists, and leave that one as it is", async () => {
    await virsh("snapshot-create-as", `--domain=${off.uuid}`, "--name=theirs");
    const before = await snapshotXml(off, "theirs");
    await fails(
      { domain: off.name, name: "theirs" },
      `Unable to take snapshot "theirs" of ${off.name}: name: the domain already has a snapshot of that name. ` +
        "Nothing was changed. Choose another name, delete that snapshot first, or take it over with adopt: true, for instance after an update that was interrupted.",
    );
    assert.equal(await snapshotXml(off, "theirs"), before);
  });

  it("say how to convert a raw disk, and which snapshot works without that", async () => {
    const raw = await guest("--off", "--raw");
    await fails(
      { domain: raw.name },
      `Unable to take snapshot "checkpoint" of ${raw.name}: ` +
        "disks: internal snapshots need qcow2 images, but disk vda is raw. Nothing was changed. " +
        "Convert the disk to qcow2 (qemu-img convert -O qcow2), or use diskOnly, which works on raw disks.",
    );
    assertDone(await stack.up(program({ domain: raw.name, diskOnly: true })), ["create checkpoint"]);
    assertDone(await stack.destroy(), ["delete checkpoint"]);
  });

  it("name the package that contains virsh when it is not installed", async () => {
    const folder = await onlyPulumi();
    const without = await TestStack.open({ PATH: folder });
    try {
      await fails(
        { domain: off.name },
        "Unable to list the domains: virsh was not found. Install the package libvirt-clients (Debian, Ubuntu) or " +
          "libvirt-client (Fedora, RHEL, SUSE) on the machine that runs this program, and check that it is on PATH.",
        without,
      );
    } finally {
      await without.close();
      await rm(folder, { recursive: true });
    }
  });

  describe("on a full disk", () => {
    let small: string;

    before(async function () {
      small = join(lab("LAB_DIR"), "small");
      await mkdir(small);
      // Room for the image and some of the memory. Without the right to mount there is no such file system.
      const options = ["-t", "tmpfs", "-o", "size=16m,mode=0777", "tmpfs", small];
      await output(...(await besideDaemon("mount")), ...options).catch(() => this.skip());
    });
    after(async () => {
      await output(...(await besideDaemon("umount")), small).catch(() => undefined);
      await rm(small, { recursive: true });
    });

    it("report it; nothing of the snapshot is left, and the VM keeps running", async () => {
      const domain = await guest("--off");
      await moveDisk(domain, small);
      await virsh("start", domain.uuid);
      await inGuest(domain.name, "echo up");
      // Newer versions have QEMU save in a job of its own.
      const words = (await isAtLeast("11.3.0"))
        ? "snapshot-save job failed: "
        : "Failed to take snapshot: failed to save SaveStateEntry with id(name): 3(ram): -5  Error: ";
      await fails(
        { domain: domain.name },
        `Unable to take snapshot "checkpoint" of ${domain.name}: operation failed: ${words}` +
          "Error while writing VM state: Input/output error. " +
          "The memory could not be written into the disk image, usually because its file system is full. " +
          "Free space where the disk image, overlay or memory file is, then try again.",
      );
      const image = (await daemonRoot()) + (await diskOf(domain));
      assert.deepEqual([await snapshotsOf(domain), await imageSnapshots(image)], [[], []]);
      assert.equal(await inGuest(domain.name, "echo on"), "on");
      await virsh("destroy", domain.uuid);
    });

    it("report it after file systems were frozen, and those are thawed", async () => {
      const domain = await guest("--agent");
      const disks = [{ name: "vda", snapshot: "external", file: join(small, "overlay") }] as const;
      // Less than the header of an image needs.
      await output(
        ...(await besideDaemon("sh")),
        "-c",
        'head -c 17m /dev/zero >"$1"/all 2>/dev/null || true',
        "sh",
        small,
      );
      const files = await readdir((await daemonRoot()) + small);
      await fails(
        { domain: domain.name, diskOnly: true, quiesce: "required", disks: [...disks] },
        `Unable to take snapshot "checkpoint" of ${domain.name}: operation failed: failed to format image: ` +
          "'Could not write qcow2 header: No space left on device'. " +
          "Free space where the disk image, overlay or memory file is, then try again.",
      );
      assert.deepEqual(await readdir((await daemonRoot()) + small), files);
      assert.deepEqual(await snapshotsOf(domain), []);
      assert.equal(await virsh("domstate", domain.uuid), "running");
      assert.equal(await inGuest(domain.name, "echo written >/data/file; sync; cat /data/file"), "written");
    });
  });
});

/** A folder with what the engine needs to run, without virsh. */
async function onlyPulumi(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "only-pulumi-"));
  const engine = dirname((await output("which", "pulumi")).trim());
  const programs = (await readdir(engine))
    .filter((name) => name.startsWith("pulumi"))
    .map((name) => join(engine, name));
  const others = await Promise.all(["node", "sh"].map(async (name) => (await output("which", name)).trim()));
  for (const program of [...programs, ...others])
    await symlink(program, join(folder, program.slice(dirname(program).length + 1)));
  return folder;
}
