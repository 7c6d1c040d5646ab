import assert from "node:assert/strict";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, TestStack } from "./support/engine.js";
import { diskOf, guest, snapshotsOf, virsh } from "./support/host.js";

describe("an overlay that someone merged with blockcommit", () => {
  it("is reported by a refresh, and destroy names what works, which then does", async () => {
    const domain = await guest();
    const stack = await TestStack.open();
    const program =
      (args: Partial<SnapshotArgs> = {}) =>
      () => ({
        checkpoint: new Snapshot("checkpoint", { domain: domain.name, name: "a", diskOnly: true, ...args }),
      });
    try {
      const base = await diskOf(domain);
      assertDone(await stack.up(program()), ["create checkpoint"]);
      const overlay = await diskOf(domain);
      await virsh("blockcommit", domain.uuid, "vda", "--active", "--pivot", "--wait");
      assert.equal(await diskOf(domain), base);
      const words =
        `Snapshot "a" of ${domain.name} no longer holds what it captured: the domain writes to "${base}" again, and no ` +
        `longer to the snapshot's overlay "${overlay}". Someone merged the overlay (virsh blockcommit), or went back to a ` +
        'snapshot inside the image. With deleteScope: "metadata" and an update, it can leave the program: libvirt then ' +
        "forgets the snapshot and changes no image.";
      assertDone(await stack.refresh(), [], [words]);
      const { ok, messages } = await stack.destroy();
      assert.equal(ok, false);
      assert.match(
        messages.join("\n"),
        /^Unable to delete snapshot "a" of guest.* chain\. Nothing was changed\. Snapshot/,
      );
      assert.ok(messages.join("\n").includes(words), messages.join("\n"));
      assertDone(await stack.up(program({ deleteScope: "metadata" })), ["update checkpoint"]);
      assertDone(await stack.destroy(), ["delete checkpoint"]);
      assert.deepEqual([await snapshotsOf(domain), await virsh("domstate", domain.uuid)], [[], "running"]);
    } finally {
      await stack.close();
    }
  });
});
