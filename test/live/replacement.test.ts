import assert from "node:assert/strict";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack } from "./support/engine.js";
import { creationTime, guest, snapshotsOf, snapshotXml, type Guest } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

describe("replacing a snapshot", () => {
  let one: Guest;
  let other: Guest;
  let standIn: VirshStandIn;
  let stack: TestStack;
  const program = (args: Partial<SnapshotArgs>) => () => ({
    checkpoint: new Snapshot("checkpoint", { domain: one.name, name: "first", ...args }),
  });
  /** The changes on the host since the last call, one short line each. */
  const changes = async () => {
    const calls = await standIn.calls();
    await standIn.forget();
    return calls.flatMap(({ command }) => {
      const [, verb, uuid, name] =
        /snapshot-(create-as|delete) --domain=(\S+) --(?:snapshot)?name=(\S+)/.exec(command) ?? [];
      return verb === undefined ? [] : [`${verb} ${name ?? ""} ${uuid === one.uuid ? "one" : "other"}`];
    });
  };

  before(async () => {
    [one, other] = [await guest("--off"), await guest("--off")];
    standIn = await VirshStandIn.make();
    stack = await TestStack.open(standIn.env);
    assertDone(await stack.up(program({})), ["create checkpoint"]);
    await changes();
  });
  after(async () => {
    await stack.close();
    await standIn.close();
  });

  it("under a new name takes the new one before it deletes the old one", async () => {
    const line =
      `Snapshot "second" of ${one.name} is taken of the current state first; then snapshot "first" of ${one.name}, ` +
      `taken ${await creationTime(one, "first")}, is deleted.`;
    const steps = ["create-replacement checkpoint", "replace checkpoint", "delete-replaced checkpoint"];
    assertDone(await stack.preview(program({ name: "second" })), steps, [line]);
    await standIn.forget();
    assertDone(await stack.up(program({ name: "second" })), steps, [line]);
    assert.deepEqual(await changes(), ["create-as second one", "delete first one"]);
  });

  it("under the same name deletes the old one first, and the preview reports the gap and how to avoid it", async () => {
    const gap =
      `Snapshot "second" of ${one.name}, taken ${await creationTime(one, "second")}, is deleted before a new one of the ` +
      "current state is taken, because diskOnly changed and the name did not: between the two there is no recovery point. " +
      "Change the name too to have the new one taken first.";
    const wanted = program({ name: "second", diskOnly: true });
    const steps = ["delete-replaced checkpoint", "replace checkpoint", "create-replacement checkpoint"];
    assertDone(await stack.preview(wanted), steps, [gap]);
    assert.deepEqual(await changes(), []);
    assertDone(await stack.up(wanted), steps, [gap]);
    assert.deepEqual(await changes(), ["delete second one", "create-as second one"]);
    assert.match(await snapshotXml(one, "second"), /<disk name='vda' snapshot='external'/);
  });

  it("on another domain takes the new one there before it deletes the old one", async () => {
    const line =
      `Snapshot "second" of ${other.name} is taken of the current state first; then snapshot "second" of ${one.name}, ` +
      `taken ${await creationTime(one, "second")}, is deleted.`;
    assertDone(
      await stack.up(program({ name: "second", domain: other.name })),
      ["create-replacement checkpoint", "replace checkpoint", "delete-replaced checkpoint"],
      [line],
    );
    assert.deepEqual(await changes(), ["create-as second other", "delete second one"]);
    assert.deepEqual([await snapshotsOf(one), await snapshotsOf(other)], [[], ["second"]]);
  });

  it("does not happen when only the form of the domain changes, UUID or name", async () => {
    assertDone(await stack.up(program({ name: "second", domain: other.uuid })), []);
    assertDone(await stack.up(program({ name: "second", domain: other.name })), []);
    assert.deepEqual(await changes(), []);
  });

  it("together with a revert is refused, already in the preview, and nothing is changed", async () => {
    const wanted = program({ name: "third", domain: other.name, revert: { triggers: ["now"] } });
    const refusal =
      `Unable to revert ${other.name} to snapshot "second" and replace that snapshot in one step: ` +
      "revert.triggers changed together with name, and the latter needs a new snapshot. " +
      "Change one of them in one update, and the other in the next.";
    await standIn.forget();
    for (const run of [await stack.preview(wanted), await stack.up(wanted)]) {
      assertFailed(run, [], [refusal]);
    }
    assert.deepEqual(await standIn.calls(), []);
    assertDone(await stack.destroy(), ["delete checkpoint"]);
    assert.deepEqual(await snapshotsOf(other), []);
  });
});
