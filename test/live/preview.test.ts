import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack, type Program } from "./support/engine.js";
import { diskOf, guest, lab, output, virsh, type Guest } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";
import { assertPrinted } from "./support/transcript.js";

/** A program with so many snapshots, one after the other: then they are always told in the same order. */
function many(count: number, args: (name: string) => SnapshotArgs): Program {
  return () => {
    let before: Snapshot | undefined;
    for (let index = 0; index < count; index++) {
      const name = index === 0 ? "checkpoint" : `checkpoint${index + 1}`;
      before = new Snapshot(name, args(name), before === undefined ? {} : { dependsOn: before });
    }
    return {};
  };
}

/** A program with one snapshot. */
function one(domain: Guest, args: Partial<SnapshotArgs> = {}): Program {
  return many(1, () => ({ domain: domain.name, name: "a", ...args }));
}

describe("what a preview prints (UPDATE_GOLDEN=1 records it)", () => {
  let running: Guest;
  let off: Guest;

  before(async () => {
    [running, off] = await Promise.all([guest(), guest("--off")]);
  });

  describe("of a snapshot that is to be taken", () => {
    let stack: TestStack;
    let standIn: VirshStandIn;
    const prints = async (name: string, program: Program) => {
      assertPrinted(name, await stack.transcript(program));
    };

    before(async () => {
      standIn = await VirshStandIn.make();
      stack = await TestStack.open(standIn.env);
    });
    after(async () => {
      await stack.close();
      await standIn.close();
    });

    it("is nothing of ours when nothing stands in its way", () => prints("create", one(running)));

    it("is that the host has no such domain, once", () =>
      prints(
        "create-no-domain",
        many(2, () => ({ domain: "debain12" })),
      ));

    it("is that a disk is raw", async () => {
      await prints("create-raw-disk", one(await guest("--off", "--raw")));
    });

    it("is that no agent can freeze the file systems, which is required, or preferred", async () => {
      await prints("create-no-agent", one(running, { diskOnly: true, quiesce: "required" }));
      await prints("create-not-frozen", one(running, { diskOnly: true, quiesce: "preferred" }));
    });

    it("is that there is a snapshot of that name, or one that is not as declared", async () => {
      await virsh("snapshot-create-as", off.uuid, "--name=a");
      await prints("create-name-taken", one(off));
      assertDone(await stack.preview(one(off, { adopt: true })), ["create checkpoint"]);
      await prints("create-adopt-differs", one(off, { adopt: true, diskOnly: true }));
      await virsh("snapshot-delete", off.uuid, "a");
    });

    it("is that adopting a snapshot takes its description away, or replaces it", async () => {
      await virsh("snapshot-create-as", off.uuid, "--name=a", "--description=Before the upgrade, by Ann");
      await prints("create-adopt-undescribed", one(off, { adopt: true }));
      await prints("create-adopt-described", one(off, { adopt: true, description: "Clean" }));
      await virsh("snapshot-delete", off.uuid, "a");
    });

    it("is that an image holds a tag of that name", async () => {
      const image = await diskOf(off);
      await output("qemu-img", "snapshot", "-c", "a", image);
      await prints("create-orphaned-tag", one(off));
      await output("qemu-img", "snapshot", "-d", "a", image);
    });

    it("is that there is a file where the memory is to go", async () => {
      const file = join(lab("LAB_DIR"), "memory");
      await writeFile(file, "");
      await prints("create-memory-file", one(running, { memory: { snapshot: "external", file } }));
      await rm(file);
    });

    it("is that the memory may not fit where it is to go (needs the right to mount)", async function () {
      const small = join(lab("LAB_DIR"), "small");
      await mkdir(small);
      await output("mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "tmpfs", small).catch(() =>
        this.skip(),
      );
      try {
        const memory = { snapshot: "external", file: join(small, "memory") } as const;
        await prints("create-no-room", one(running, { memory }));
      } finally {
        await output("umount", small).catch(() => undefined);
        await rm(small, { recursive: true });
      }
    });

    it("is which input is wrong, by its whole path", () =>
      prints(
        "invalid",
        one(running, {
          diskOnly: true,
          disks: [
            { name: "vda", snapshot: "external" },
            { name: "vdb", snapshot: "external", file: "overlay" },
          ],
        }),
      ));

    it("is that a disk is in a block job", async () => {
      const copy = join(lab("LAB_DIR"), "copy.qcow2");
      await virsh("blockcopy", running.uuid, "vda", copy, "--transient-job", "--bandwidth=1");
      await prints("create-block-job", one(running));
      await virsh("blockjob", running.uuid, "vda", "--abort");
      await rm(copy, { force: true });
    });

    it("is that memory lies in a managed-save image", async () => {
      await virsh("start", off.uuid);
      await virsh("managedsave", off.uuid);
      await prints("create-managed-save", one(off));
      await virsh("managedsave-remove", off.uuid);
    });

    it("is one line, however many snapshots, where the host cannot be reached", () => {
      const uri = "qemu+unix:///session?socket=/nonexistent/libvirt-sock";
      return prints(
        "unreachable",
        many(3, () => ({ domain: "debian12", uri })),
      );
    });

    it("costs the calls of one, however many snapshots of a domain there are", async () => {
      const calls = async (count: number) => {
        await standIn.forget();
        const { ok, messages, steps } = await stack.preview(many(count, () => ({ domain: off.name })));
        assert.deepEqual([ok, messages, steps.length], [true, [], count]);
        return (await standIn.calls()).map(({ command }) => command).sort();
      };
      assert.deepEqual(await calls(30), await calls(1));
    });
  });

  describe("of a snapshot that exists", () => {
    let stack: TestStack;
    const prints = async (name: string, args: Partial<SnapshotArgs>) => {
      assertPrinted(name, await stack.transcript(one(running, args)));
    };

    before(async () => {
      stack = await TestStack.open();
      assertDone(await stack.up(one(running)), ["create checkpoint"]);
    });
    after(async () => {
      await stack.destroy();
      await stack.close();
    });

    it("is nothing of ours when nothing changes", () => prints("same", {}));

    it("is what a revert discards", () => prints("revert", { revert: { triggers: ["now"] } }));

    it("is that a replacement leaves a gap", () => prints("replace-gap", { diskOnly: true }));

    it("is that under another name another moment is taken", () => prints("rename", { name: "b" }));

    it("is what else a delete will take from now on", async () => {
      await virsh("snapshot-create-as", running.uuid, "--name=child");
      await prints("delete-scope", { deleteScope: "children" });
    });

    it("is what goes with a snapshot that is replaced", async () => {
      assertDone(
        await stack.up(one(running, { deleteScope: "children" })),
        ["update checkpoint"],
        [
          `From now on, deleting snapshot "a" of ${running.name} also deletes everything that came after it (deleteScope "children"); now these are "child".`,
        ],
      );
      await prints("replace-with-children", { deleteScope: "children", diskOnly: true });
    });

    it("is that a replacement that would take the new one along is refused", async () => {
      assertFailed(
        await stack.preview(one(running, { deleteScope: "children", name: "b" })),
        [],
        [
          'Unable to replace snapshot "a" of ' +
            `${running.name}: name changed, and deleteScope "children" deletes what came after the old one, and the new one ` +
            'would have. Set deleteScope to "snapshot" in one update, and make the other change in the next.',
        ],
      );
    });

    it("is what would make a revert fail: that somebody removed its data, or the snapshot", async () => {
      await virsh("destroy", running.uuid);
      await output("qemu-img", "snapshot", "-d", "a", await diskOf(running));
      await prints("revert-no-data", { deleteScope: "children", revert: { triggers: ["now"] } });
      await virsh("snapshot-delete", running.uuid, "a", "--metadata");
      await prints("revert-gone", { deleteScope: "children", revert: { triggers: ["now"] } });
    });
  });

  it("is that libvirt will not revert without force", async () => {
    const stack = await TestStack.open();
    assertDone(await stack.up(one(off)), ["create checkpoint"]);
    await virsh("start", off.uuid);
    await virsh("managedsave", off.uuid);
    const pending = { revert: { triggers: ["now"] } };
    assertPrinted("revert-needs-force", await stack.transcript(one(off, pending)));
    await virsh("managedsave-remove", off.uuid);
    await stack.destroy();
    await stack.close();
  });
});
