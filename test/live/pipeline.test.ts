import assert from "node:assert/strict";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, TestStack, type Run } from "./support/engine.js";
import { guest, snapshotsOf, virsh, type Guest } from "./support/host.js";

describe("commands of a pipeline (docs/ci.md)", () => {
  let domain: Guest;
  let stack: TestStack;
  const program =
    (args: Partial<SnapshotArgs> = {}) =>
    () => {
      new Snapshot("checkpoint", { domain: domain.name, name: "a", description: "as it was", ...args });
      return {};
    };

  before(async () => {
    domain = await guest("--off");
    stack = await TestStack.open();
    assertDone(await stack.up(program()), ["create checkpoint"]);
  });
  after(async () => {
    await stack.destroy();
    await stack.close();
  });

  describe("pulumi preview --refresh --expect-no-changes, the drift alarm", () => {
    const alarm = () => stack.preview(program(), { refresh: true, expectNoChanges: true });

    it("succeeds when nothing has changed on the host", async () => {
      assertDone(await alarm(), ["refresh checkpoint"]);
    });

    it("succeeds when a manual snapshot is current, because outputs may follow the host", async () => {
      await virsh("snapshot-create-as", domain.uuid, "--name=by-hand");
      assertDone(await alarm(), ["refresh checkpoint"]);
    });

    it("fails when the snapshot is gone, and changes nothing", async () => {
      await virsh("snapshot-delete", domain.uuid, "a");
      const { ok, messages } = await alarm();
      assert.equal(ok, false);
      assert.match(messages.join("\n"), /snapshot "a" of .* was deleted outside of this program/);
      assert.deepEqual(await snapshotsOf(domain), ["by-hand"]);
      await stack.refresh();
      assertDone(await stack.up(program()), ["create checkpoint"]);
    });
  });

  describe("pulumi preview --save-plan and pulumi up --plan", () => {
    const file = () => join(stack.folder, "plan.json");
    const reverting = (token: string) => program({ revert: { triggers: [token] } });
    const refused = (run: Run) => {
      assert.equal(run.ok, false);
      assert.match(run.messages.join("\n"), /violates plan/);
    };

    it("refuse a revert that was not in the plan", async () => {
      assertDone(await stack.preview(program(), { plan: file() }), []);
      refused(await stack.up(reverting("one"), { plan: file() }));
      assert.equal((await stack.recorded("checkpoint")).outputs["lastRevert"], undefined);
    });

    it("refuse another token than the reviewed one", async () => {
      const { ok, messages } = await stack.preview(reverting("one"), { plan: file() });
      assert.ok(ok);
      assert.match(messages.join("\n"), / will go back to snapshot "a", taken /);
      refused(await stack.up(reverting("two"), { plan: file() }));
      assert.equal((await stack.recorded("checkpoint")).outputs["lastRevert"], undefined);
    });

    it("do the revert that was reviewed", async () => {
      const { ok, steps, messages } = await stack.up(reverting("one"), { plan: file() });
      assert.deepEqual([ok, steps, messages.length], [true, ["update checkpoint"], 1]);
      const { lastRevert } = (await stack.recorded("checkpoint")).outputs;
      assert.deepEqual((lastRevert as { triggers: unknown }).triggers, ["one"]);
    });
  });
});
