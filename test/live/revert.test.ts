import assert from "node:assert/strict";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { revertTable, type State } from "../behaviour/revert.js";
import { succeed, TestStack } from "./support/engine.js";
import {
  diskOf,
  guest,
  imageSnapshots,
  inGuest,
  output,
  snapshotsOf,
  virsh,
  type Guest,
} from "./support/host.js";
import { bring, stateOf } from "./support/states.js";

type RevertArgs = SnapshotArgs["revert"];

describe("reverting to an internal snapshot (table of docs/behaviour.md)", () => {
  const names: Record<State, string> = { "shut off": "off", running: "running", paused: "paused" };
  let domain: Guest;
  let stack: TestStack;
  let token = 0;

  const program = (reverting?: State, revert?: RevertArgs) => () =>
    Object.fromEntries(
      Object.entries(names).map(([state, name]) => [
        name,
        new Snapshot(name, {
          domain: domain.name,
          revert:
            state === reverting && revert !== undefined
              ? revert
              : { triggers: [tokens.get(name) ?? "first"] },
        }),
      ]),
    );
  /** The current triggers of each snapshot. */
  const tokens = new Map<string, string>();

  before(async () => {
    domain = await guest("--off");
    stack = await TestStack.open();
    const first =
      (...some: State[]) =>
      () =>
        Object.fromEntries(
          some.map((state) => [
            state,
            new Snapshot(names[state], { domain: domain.name, revert: { triggers: ["first"] } }),
          ]),
        );
    await succeed(stack.up(first("shut off")));
    await bring(domain, "running");
    await succeed(stack.up(first("shut off", "running")));
    await bring(domain, "paused");
    await succeed(stack.up(program()));
  });
  after(() => stack.close());

  for (const { taken, now, to, ends } of revertTable) {
    it(`taken ${taken}, now ${now}, to ${to}: ends ${ends}`, async () => {
      await bring(domain, now);
      const trigger = `token ${(token += 1)}`;
      const run = await succeed(stack.up(program(taken, { triggers: [trigger], to })));
      tokens.set(names[taken], trigger);
      // The row before may have left something to record; the revert reports that.
      assert.ok(run.steps.includes(`update ${names[taken]}`));
      assert.equal(run.messages.length, 1, run.messages.join("\n"));
      assert.equal(await stateOf(domain), ends);
      assert.equal(await virsh("snapshot-current", "--name", domain.uuid), names[taken]);
      assert.deepEqual((await snapshotsOf(domain)).sort(), Object.values(names).sort());
    });
  }

  it("leaves nothing to do: a row's own settings are removed without another revert", async () => {
    const state = await stateOf(domain);
    assert.deepEqual((await succeed(stack.up(program()))).messages, []);
    assert.equal(await stateOf(domain), state);
  });
});

describe("a revert", () => {
  let domain: Guest;
  let stack: TestStack;
  const program =
    (revert?: RevertArgs, more: Partial<SnapshotArgs> = {}) =>
    () => ({
      base: new Snapshot("base", {
        domain: domain.name,
        ...(revert === undefined ? {} : { revert }),
        ...more,
      }),
    });

  beforeEach(async () => {
    domain = await guest("--off");
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("takes a safety snapshot and says so first, prunes only its own ones, and deletes them with the resource", async () => {
    await succeed(stack.up(program()));
    await virsh("snapshot-create-as", domain.uuid, "foreign");
    const wanted = (token: number) => program({ triggers: [token], safetySnapshot: { keep: 1 } });
    const preview = await succeed(stack.preview(wanted(1)));
    assert.match(
      preview.messages.join("\n"),
      /^\S+ will go back to snapshot "base", taken \S+Z: everything since then is kept in a new snapshot "base-before-revert-\d{8}T\d{6}Z"\.$/,
    );
    await succeed(stack.up(wanted(1)));
    const [firstSafety] = await safetyOf(domain);
    assert.ok(firstSafety);
    const { outputs } = await stack.recorded("base");
    assert.equal((outputs["lastRevert"] as { safetySnapshot: string }).safetySnapshot, firstSafety);
    const second = await succeed(stack.up(wanted(2)));
    assert.ok(
      second.messages.some((line) => line.includes(`the older safety snapshot "${firstSafety}" is deleted`)),
    );
    const left = await safetyOf(domain);
    assert.equal(left.length, 1);
    assert.notEqual(left[0], firstSafety);
    await succeed(stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), ["foreign"]);
  });

  it("corrects drift only if onDrift is set, and says why", async () => {
    await succeed(stack.up(program({ onDrift: true })));
    await virsh("snapshot-create-as", domain.uuid, "other");
    assert.deepEqual((await succeed(stack.up(program({ onDrift: true })))).steps, []);
    await succeed(stack.refresh());
    const run = await succeed(stack.up(program({ onDrift: true })));
    assert.deepEqual(run.steps, ["update base"]);
    assert.match(run.messages.join("\n"), /\(another snapshot is current, and revert\.onDrift is set\)/);
    assert.equal(await virsh("snapshot-current", "--name", domain.uuid), "base");
    assert.deepEqual((await succeed(stack.up(program({ onDrift: true })))).steps, []);
  });

  it("is refused while the domain keeps running if the image has lost the snapshot's data", async () => {
    await succeed(stack.up(program()));
    await output("qemu-img", "snapshot", "-d", "base", await diskOf(domain));
    await bring(domain, "running");
    const { ok, messages } = await stack.up(program({ triggers: [1] }));
    assert.equal(ok, false);
    const disk = await diskOf(domain);
    assert.ok(
      messages.some((line) =>
        line.startsWith(
          `Unable to revert ${domain.name} to snapshot "base": its data is missing in ${JSON.stringify(disk)}: someone removed it from the image. Nothing was changed. `,
        ),
      ),
      messages.join("\n"),
    );
    assert.equal(await stateOf(domain), "running");
  });

  it("says which definition returns and that a saved state is lost, and needs force for the latter", async () => {
    await succeed(stack.up(program()));
    await virsh("setvcpus", domain.uuid, "3", "--config", "--maximum");
    await virsh("setmaxmem", domain.uuid, "131072", "--config");
    await bring(domain, "running");
    await virsh("managedsave", domain.uuid);
    const { messages } = await succeed(stack.preview(program({ triggers: [1] })));
    assert.match(
      messages.join("\n"),
      /; the domain's definition is restored: vcpus 3 to 1, memory 128 MiB to 96 MiB; the managed-save image is discarded\.$/,
    );
    const refused = await stack.up(program({ triggers: [1] }));
    assert.match(
      refused.messages.join("\n"),
      /revert requires force: .* Set `revert\.force: true` if you can afford to lose that\./,
    );
    assert.equal(await virsh("list", "--all", "--with-managed-save", "--uuid"), domain.uuid);
    await succeed(stack.up(program({ triggers: [1], force: true })));
    assert.equal(await virsh("list", "--all", "--with-managed-save", "--uuid"), "");
    assert.match(await virsh("dumpxml", "--inactive", domain.uuid), /<vcpu[^>]*>1<\/vcpu>/);
    assert.equal(await stateOf(domain), "shut off");
  });

  it("happens again for each new trigger, also to a snapshot with children", async () => {
    await succeed(stack.up(program({ triggers: [0] })));
    await virsh("snapshot-create-as", domain.uuid, "child");
    for (const token of [1, 2]) {
      const run = await succeed(stack.up(program({ triggers: [token] })));
      assert.deepEqual(run.steps, ["update base"]);
      assert.equal(await virsh("snapshot-current", "--name", domain.uuid), "base");
    }
    assert.deepEqual((await snapshotsOf(domain)).sort(), ["base", "child"]);
    assert.equal((await imageSnapshots(await diskOf(domain))).length, 2);
  });

  it("restores disk and memory, with two disks", async () => {
    const two = await guest("--disks", "2");
    await inGuest(
      two.name,
      "echo old > /data/file; kept=1; mkdir /b; mount /dev/vdb /b; echo old > /b/file; sync",
    );
    const both = (token: number) => () => ({
      both: new Snapshot("both", { domain: two.name, revert: { triggers: [token] } }),
    });
    await succeed(stack.up(both(0)));
    await inGuest(two.name, "echo new > /data/file; kept=2; echo new > /b/file; sync");
    await succeed(stack.up(both(1)));
    assert.equal(await inGuest(two.name, "cat /data/file /b/file; echo $kept"), "old\nold\n1");
  });
});

async function safetyOf(domain: Guest): Promise<string[]> {
  return (await snapshotsOf(domain)).filter((name) => name.startsWith("base-before-revert-"));
}
