import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack, type Program } from "./support/engine.js";
import { diskOf, guest, lab, output, virsh, type Guest } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";
import { assertPrinted } from "./support/transcript.js";

/** A program with this many snapshots, each depending on the one before: their lines always have the same order. */
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

describe("the lines of a preview (UPDATE_GOLDEN=1 records them)", () => {
  let running: Guest;
  let off: Guest;

  before(async () => {
    [running, off] = await Promise.all([guest(), guest("--off")]);
  });

  describe("before a create", () => {
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

    it("are none when every precondition is met", () => prints("create", one(running)));

    it("report once that the host has no such domain", () =>
      prints(
        "create-no-domain",
        many(2, () => ({ domain: "debain12" })),
      ));

    it("report a raw disk", async () => {
      await prints("create-raw-disk", one(await guest("--off", "--raw")));
    });

    it("report that no agent can freeze the file systems, if that is required or preferred", async () => {
      await prints("create-no-agent", one(running, { diskOnly: true, quiesce: "required" }));
      await prints("create-not-frozen", one(running, { diskOnly: true, quiesce: "preferred" }));
    });

    it("report an existing snapshot of that name, or one that differs from the declaration", async () => {
      await virsh("snapshot-create-as", off.uuid, "--name=a");
      await prints("create-name-taken", one(off));
      assertDone(await stack.preview(one(off, { adopt: true })), ["create checkpoint"]);
      await prints("create-adopt-differs", one(off, { adopt: true, diskOnly: true }));
      await virsh("snapshot-delete", off.uuid, "a");
    });

    it("report that adopting a snapshot removes or replaces its description", async () => {
      await virsh("snapshot-create-as", off.uuid, "--name=a", "--description=Before the upgrade, by Ann");
      await prints("create-adopt-undescribed", one(off, { adopt: true }));
      await prints("create-adopt-described", one(off, { adopt: true, description: "Clean" }));
      await virsh("snapshot-delete", off.uuid, "a");
    });

    it("report a tag of that name in an image", async () => {
      const image = await diskOf(off);
      await output("qemu-img", "snapshot", "-c", "a", image);
      await prints("create-orphaned-tag", one(off));
      await output("qemu-img", "snapshot", "-d", "a", image);
    });

    it("report an existing memory file", async () => {
      const file = join(lab("LAB_DIR"), "memory");
      await writeFile(file, "");
      await prints("create-memory-file", one(running, { memory: { snapshot: "external", file } }));
      await rm(file);
    });

    it("report that there may be too little space for the memory (needs the right to mount)", async function () {
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

    it("report a wrong input by its whole path", () =>
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

    it("report a disk in a block job", async () => {
      const copy = join(lab("LAB_DIR"), "copy.qcow2");
      await virsh("blockcopy", running.uuid, "vda", copy, "--transient-job", "--bandwidth=1");
      await prints("create-block-job", one(running));
      await virsh("blockjob", running.uuid, "vda", "--abort");
      await rm(copy, { force: true });
    });

    it("report memory in a managed-save image", async () => {
      await virsh("start", off.uuid);
      await virsh("managedsave", off.uuid);
      await prints("create-managed-save", one(off));
      await virsh("managedsave-remove", off.uuid);
    });

    it("are one line for all snapshots if the host cannot be reached", () => {
      const uri = "qemu+unix:///session?socket=/nonexistent/libvirt-sock";
      return prints(
        "unreachable",
        many(3, () => ({ domain: "debian12", uri })),
      );
    });

    it("need the virsh calls of one snapshot, however many the domain has", async () => {
      const calls = async (count: number) => {
        await standIn.forget();
        const { ok, messages, steps } = await stack.preview(many(count, () => ({ domain: off.name })));
        assert.deepEqual([ok, messages, steps.length], [true, [], count]);
        return (await standIn.calls()).map(({ command }) => command).sort();
      };
      assert.deepEqual(await calls(30), await calls(1));
    });

    it("need few lines of virsh for 20 snapshots, and are the same as those of each alone", async () => {
      const raw = await guest("--off", "--raw");
      const domains = [off.name, raw.name, "none"];
      const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
      const declare = (some: readonly string[]) => () => {
        for (const name of some) new Snapshot(name, { domain: domains[names.indexOf(name) % 3] ?? "" });
        return {};
      };
      await standIn.forget();
      const { ok, messages, steps } = await stack.preview(declare(names));
      assert.deepEqual([ok, steps.length], [true, 20]);
      const calls = (await standIn.calls()).map(({ command }) => command);
      assert.ok(calls.length <= 12, calls.join("\n"));
      for (const name of ["s1", "s2"]) {
        const [line = assert.fail(), ...others] = (await stack.preview(declare([name]))).messages;
        assert.deepEqual([messages.includes(line), others], [true, []], line);
      }
    });
  });

  describe("for an existing snapshot", () => {
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

    it("are none when nothing changes", () => prints("same", {}));

    it("report what a revert discards", () => prints("revert", { revert: { triggers: ["now"] } }));

    it("report the gap in a replacement under the same name", () =>
      prints("replace-gap", { diskOnly: true }));

    it("report that a snapshot under a new name captures the current state", () =>
      prints("rename", { name: "b" }));

    it("report what else a delete will delete from now on", async () => {
      await virsh("snapshot-create-as", running.uuid, "--name=child");
      await prints("delete-scope", { deleteScope: "children" });
    });

    it("report what is deleted together with a replaced snapshot", async () => {
      assertDone(
        await stack.up(one(running, { deleteScope: "children" })),
        ["update checkpoint"],
        [
          `From now on, deleting snapshot "a" of ${running.name} also deletes everything that came after it (deleteScope "children"); now these are "child".`,
        ],
      );
      await prints("replace-with-children", { deleteScope: "children", diskOnly: true });
    });

    it("refuse a replacement that would delete the new snapshot as well", async () => {
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

    it("report what would make a revert fail: its data or the snapshot was removed", async () => {
      await virsh("destroy", running.uuid);
      await output("qemu-img", "snapshot", "-d", "a", await diskOf(running));
      await prints("revert-no-data", { deleteScope: "children", revert: { triggers: ["now"] } });
      await virsh("snapshot-delete", running.uuid, "a", "--metadata");
      await prints("revert-gone", { deleteScope: "children", revert: { triggers: ["now"] } });
    });
  });

  it("report that libvirt does not revert without force", async () => {
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
