import assert from "node:assert/strict";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, TestStack, type Run } from "./support/engine.js";
import {
  creationTime,
  diskOf,
  guest,
  imageSnapshots,
  inGuest,
  isAsked,
  isBusy,
  qemuPid,
  snapshotsOf,
  until,
  virsh,
  type Guest,
} from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** Seconds: enough for the preceding virsh calls, also while other tests run. */
const LIMIT = 4;

/** Operations made slow on purpose: the guest's QEMU is stopped in the middle of them. */
describe("an operation that outlasts its time limit", function () {
  this.timeout(180_000);
  let domain: Guest;
  let stack: TestStack;
  let standIn: VirshStandIn;
  const program =
    (args: Partial<SnapshotArgs> = {}) =>
    () => ({ slow: new Snapshot("slow", { domain: domain.name, timeoutSeconds: LIMIT, ...args }) });

  before(async () => {
    domain = await guest();
    // It plays each command of a session as a process, which shows when it begins and ends.
    standIn = await VirshStandIn.make();
    stack = await TestStack.open(standIn.env);
  });
  after(() => stack.close().then(() => standIn.close()));

  /** Lets the limit pass while the host is busy, and lets it finish then. */
  const outlast = async (command: string, begin: () => Promise<Run>): Promise<Run> => {
    const qemu = await qemuPid(domain);
    process.kill(qemu, "SIGSTOP");
    const running = begin();
    await until("virsh is asked", () => isAsked(command, domain), 60);
    await until("virsh is given up", async () => !(await isAsked(command, domain)));
    process.kill(qemu, "SIGCONT");
    return running;
  };
  const runs = async () => assert.equal(await virsh("domstate", domain.uuid), "running");

  it("keeps the snapshot of a create once the host has finished it", async () => {
    assertDone(await outlast("snapshot-create-as", () => stack.up(program())), ["create slow"]);
    assert.deepEqual(await snapshotsOf(domain), ["slow"]);
    const { outputs } = await stack.recorded("slow");
    assert.equal(outputs["creationTime"], await creationTime(domain, "slow"));
    assert.equal(outputs["consistency"], "memory");
    await runs();
    assertDone(await stack.up(program()), []);
  });

  it("records a revert once the host has finished it", async () => {
    const changed = program({ revert: { triggers: ["once"] } });
    await inGuest(domain.name, "remembered=no");
    const { ok, steps, messages } = await outlast("snapshot-revert", () => stack.up(changed));
    assert.deepEqual([ok, steps], [true, ["update slow"]], messages.join("\n"));
    assert.ok(
      messages.includes(
        `The call was interrupted (the time limit of ${LIMIT} s ran out while it ran), but the host has finished: ${domain.name} is back at snapshot "slow".`,
      ),
      messages.join("\n"),
    );
    assert.equal(await inGuest(domain.name, 'echo "$remembered"'), "");
    await runs();
    assertDone(await stack.up(changed), []);
  });

  it("completes a delete once the host has finished it", async () => {
    assertDone(await outlast("snapshot-delete", () => stack.destroy()), ["delete slow"]);
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);
    await runs();
  });

  it("keeps a create in the state that is still running half a minute later, and the next up completes it", async () => {
    const pid = await qemuPid(domain);
    process.kill(pid, "SIGSTOP");
    const run = await stack.up(program());
    process.kill(pid, "SIGCONT");
    assert.equal(run.ok, false);
    assert.match(
      run.messages.join("\n"),
      new RegExp(`${domain.name} is still busy with it \\(background job`),
    );
    const kept = await stack.recorded("slow");
    assert.equal(kept.id, `${domain.uuid}/slow`);
    await until("the job is done", async () => !(await isBusy(domain)));
    const again = await stack.up(program());
    assert.ok(again.ok, again.messages.join("\n"));
    assert.deepEqual(again.steps, ["update slow"]);
    assert.equal((await stack.recorded("slow")).outputs["creationTime"], await creationTime(domain, "slow"));
    assert.ok((await stack.destroy()).ok);
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});
