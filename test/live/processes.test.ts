import assert from "node:assert/strict";
import { Snapshot } from "../../sdk/index.js";
import { TestStack } from "./support/engine.js";
import { guest, snapshotsOf, type Guest } from "./support/host.js";
import { Started } from "./support/started.js";

/** As many sessions as a connection has, and two for what goes without one. */
const MOST = 6;
const SNAPSHOTS = 20;

describe("the life cycle of twenty snapshots", function () {
  this.timeout(120_000);
  let domains: Guest[];
  let started: Started;
  let stack: TestStack;

  const program = (token: string) => () =>
    Object.fromEntries(
      Array.from({ length: SNAPSHOTS }, (_, index) => {
        const domain = domains[index % domains.length];
        const triggers = index < domains.length ? [token] : [];
        const args = { domain: domain?.name ?? "", revert: { triggers } };
        return [`s${index}`, new Snapshot(`s${index}`, args)];
      }),
    );

  before(async () => {
    domains = await Promise.all(Array.from({ length: 4 }, () => guest("--off")));
    started = await Started.make();
    stack = await TestStack.open(started.env);
  });
  after(async () => {
    await stack.close();
    await started.close();
  });

  const counted = async (what: string, steps: number, run: () => Promise<{ steps: string[] }>) => {
    await started.forget();
    const { steps: done } = await run();
    assert.equal(done.length, steps, done.join("\n"));
    const { virsh, qemuImg } = await started.count();
    assert.ok(virsh >= 1 && virsh <= MOST, `${what}: ${virsh} virsh processes`);
    assert.equal(qemuImg, 0, `${what}: ${qemuImg} qemu-img processes`);
  };

  it("starts a few virsh processes for each command, and no qemu-img", async () => {
    await counted("preview", SNAPSHOTS, () => stack.preview(program("never")));
    await counted("up", SNAPSHOTS, () => stack.up(program("never")));
    for (const domain of domains)
      assert.equal((await snapshotsOf(domain)).length, SNAPSHOTS / domains.length);
    await counted("refresh", 0, () => stack.refresh());
    await counted("revert", domains.length, () => stack.up(program("please")));
    await counted("destroy", SNAPSHOTS, () => stack.destroy());
  });
});
