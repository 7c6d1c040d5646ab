import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Snapshot } from "../../sdk/index.js";
import { TestStack } from "./support/engine.js";
import { creationTime, guest, qemuPid, snapshotsOf, until, virsh, type Guest } from "./support/host.js";

/** A create made slow on purpose: the guest's QEMU is stopped in the middle of it. */
describe("a create that outlasts its time limit", () => {
  let domain: Guest;
  let stack: TestStack;
  const program = () => ({
    slow: new Snapshot("slow", { domain: domain.name, timeoutSeconds: 2 }),
  });

  beforeEach(async () => {
    domain = await guest();
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("is watched and, once the host has finished it, kept as created", async () => {
    const pid = await qemuPid(domain);
    process.kill(pid, "SIGSTOP");
    const up = stack.up(program);
    // Long enough for the limit of 2 s to pass while the job is under way.
    await until("the job is under way", () => isBusy(domain));
    await sleep(4000);
    process.kill(pid, "SIGCONT");
    const run = await up;
    assert.ok(run.ok, run.messages.join("\n"));
    assert.deepEqual(await snapshotsOf(domain), ["slow"]);
    const { outputs } = await stack.recorded("slow");
    assert.equal(outputs["creationTime"], await creationTime(domain, "slow"));
    assert.equal(outputs["consistency"], "memory");
    assert.equal(await virsh("domstate", domain.uuid), "running");
    assert.deepEqual((await stack.up(program)).steps, []);
  });

  it("and is still under way half a minute later is kept in the state, and completed by the next up", async function () {
    this.timeout(120_000);
    const pid = await qemuPid(domain);
    process.kill(pid, "SIGSTOP");
    const run = await stack.up(program);
    process.kill(pid, "SIGCONT");
    assert.equal(run.ok, false);
    assert.match(
      run.messages.join("\n"),
      new RegExp(`${domain.name} is still busy with it \\(background job`),
    );
    const kept = await stack.recorded("slow");
    assert.equal(kept.id, `${domain.uuid}/slow`);
    await until("the job is done", async () => !(await isBusy(domain)));
    const again = await stack.up(program);
    assert.ok(again.ok, again.messages.join("\n"));
    assert.deepEqual(again.steps, ["update slow"]);
    assert.equal((await stack.recorded("slow")).outputs["creationTime"], await creationTime(domain, "slow"));
    assert.ok((await stack.destroy()).ok);
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});

async function isBusy({ uuid }: Guest): Promise<boolean> {
  return (await virsh("domcontrol", uuid)) !== "ok";
}
