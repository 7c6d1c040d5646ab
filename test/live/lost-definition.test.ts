import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, TestStack } from "./support/engine.js";
import {
  besideDaemon,
  diskOf,
  guest,
  imageSnapshots,
  lab,
  output,
  snapshotsOf,
  snapshotXml,
  virsh,
  type Guest,
} from "./support/host.js";

/** More than fits beside the old definition, and less than fits into the empty folder. */
const LONG = "x".repeat(30_000);

describe("a description that libvirt cannot write to its full disk", () => {
  let domain: Guest;
  let stack: TestStack;
  let folder: string;
  const program = (args: Partial<SnapshotArgs>) => () => ({
    checkpoint: new Snapshot("checkpoint", { domain: domain.name, name: "a", ...args }),
  });
  const onHost = async (script: string) =>
    output(...(await besideDaemon("sh")), "-c", `cd / && ${script}`, "sh", folder);
  /** `free`: the bytes that are left. */
  const fill = (free: number) =>
    onHost(`head -c 1m /dev/zero >"$1"/fill 2>/dev/null; truncate -s -${free} "$1"/fill`);
  const free = () => onHost('rm -f "$1"/fill');

  beforeEach(async function () {
    domain = await guest("--off");
    stack = await TestStack.open();
    assertDone(await stack.up(program({ description: "one" })), ["create checkpoint"]);
    folder = join(lab("LAB_DIR"), "../config/libvirt/qemu/snapshot", domain.name);
    const mount =
      'cp -a "$1" "$1".kept && mount -t tmpfs -o size=64k,mode=0777 tmpfs "$1" && cp -a "$1".kept/. "$1"/';
    await onHost(mount).catch(() => this.skip());
  });
  afterEach(async () => {
    await onHost('umount "$1"').catch(() => undefined);
    await stack.close();
  });

  it("fails, and the snapshot is defined again as it was where that fits", async () => {
    const before = await snapshotXml(domain, "a");
    await fill(8192);
    const { ok, messages } = await stack.up(program({ description: LONG }));
    assert.deepEqual(
      [ok, messages],
      [
        false,
        [
          `Unable to edit the description of snapshot "a" of ${domain.name}: internal error: unable to save metadata for ` +
            "snapshot a. Check that the name has at most 247 bytes and that /var on the host has space; the disk image may " +
            "contain an orphaned snapshot. libvirt forgot the snapshot over it; it is defined again as it was.",
        ],
      ],
    );
    assert.equal(await snapshotXml(domain, "a"), before);
    assert.equal(await virsh("snapshot-current", domain.uuid, "--name"), "a");
    await free();
    assertDone(await stack.up(program({ description: "two" })), ["update checkpoint"]);
    assert.match(await snapshotXml(domain, "a"), /<description>two</);
  });

  it("keeps the definition in the state until the next update defines the snapshot again", async () => {
    const before = await snapshotXml(domain, "a");
    await fill(0);
    const failed = await stack.up(program({ description: "two" }));
    assert.equal(failed.ok, false);
    assert.match(
      failed.messages.join("\n"),
      /libvirt forgot the snapshot over it, and it could not be defined again .*virsh snapshot-create .* --redefine --current/s,
    );
    assert.deepEqual(await snapshotsOf(domain), []);
    // A refresh keeps it, and so do further failures.
    const kept =
      `libvirt forgot snapshot "a" of ${domain.name} after an edit that failed; its data is untouched. ` +
      "The next update defines it again.";
    for (let times = 0; times < 2; times += 1) {
      const { ok, messages } = await stack.refresh();
      assert.deepEqual([ok, messages], [true, [kept]]);
    }
    assert.equal((await stack.up(program({ description: "two" }))).ok, false);
    await free();
    assertDone(
      await stack.up(program({ description: "two" })),
      ["update checkpoint"],
      [`Snapshot "a" of ${domain.name}, which libvirt had forgotten, is defined again.`],
    );
    assert.equal(await snapshotXml(domain, "a"), before.replace(">one<", ">two<"));
    assert.equal(await virsh("snapshot-current", domain.uuid, "--name"), "a");
    assertDone(await stack.up(program({ description: "two" })), []);
    assert.equal("lostDefinition" in (await stack.recorded("checkpoint")).outputs, false);
  });

  it("leaves a resource whose destroy still deletes the data", async () => {
    await fill(0);
    assert.equal((await stack.up(program({ description: "two" }))).ok, false);
    const destroyed = await stack.destroy();
    assert.equal(destroyed.ok, false, "the disk is still full");
    await free();
    assert.equal((await stack.destroy()).ok, true);
    assert.deepEqual([await snapshotsOf(domain), await imageSnapshots(await diskOf(domain))], [[], []]);
  });

  it("names what came after the snapshot, because the daemon may crash, and libvirt's own file brings it back", async () => {
    const before = await snapshotXml(domain, "a");
    await virsh("snapshot-create-as", domain.uuid, "child");
    await fill(0);
    const { messages } = await stack.up(program({ description: "two" }));
    assert.match(
      messages.join("\n"),
      /"child" came after it: restart libvirt's daemon before you change or delete that/,
    );
    await free();
    const file = join(lab("LAB_DIR"), `${domain.uuid}.own.xml`);
    await writeFile(file, await onHost('cat "$1"/a.xml'));
    await virsh("snapshot-create", domain.uuid, file, "--redefine");
    assert.equal(await snapshotXml(domain, "a"), before);
  });
});
