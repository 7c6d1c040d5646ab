import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { hold, replace, replaceWithinTheSecond } from "./support/actor.js";
import { TestStack, type Run } from "./support/engine.js";
import {
  anotherSecond,
  beingEnded,
  daemonPid,
  diskOf,
  guest,
  imageSnapshots,
  inGuest,
  isBusy,
  lab,
  qemuPid,
  snapshotsOf,
  snapshotXml,
  until,
  virsh,
  type Guest,
} from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** Two who act on one domain at the same time: the provider, and a person with virsh. */
describe("a second actor on the host", function () {
  this.timeout(180_000);
  let standIn: VirshStandIn;
  let stack: TestStack;

  before(async () => (standIn = await VirshStandIn.make()));
  beforeEach(async () => (stack = await TestStack.open(standIn.env)));
  afterEach(() => stack.close());
  after(() => standIn.close());

  const told = ({ messages }: Run) => messages.join("\n");
  const kept =
    (domain: Guest, args: Partial<SnapshotArgs> = {}) =>
    () => ({ kept: new Snapshot("kept", { domain: domain.name, ...args }) });
  const prepared = async (domain: Guest, args: Partial<SnapshotArgs> = {}) => {
    const run = await stack.up(kept(domain, args));
    assert.ok(run.ok, told(run));
    await standIn.forget();
  };
  const triggers = (...values: string[]) => ({ revert: { triggers: values } });

  describe("who replaces a snapshot while the provider waits for the domain", () => {
    let domain: Guest;

    beforeEach(async () => {
      domain = await guest();
      await prepared(domain, triggers("old"));
      await inGuest(domain.name, "whose=theirs");
    });

    /** Has the person act between two looks of the waiting provider. */
    const meanwhile = async (begin: () => Promise<Run>): Promise<Run> => {
      await anotherSecond();
      const letGo = await hold(domain);
      try {
        const running = begin();
        await until("it waits", async () => (await standIn.calls("domcontrol")).length > 1, 60);
        await standIn.stopAt([{ moment: "before", command: "domcontrol", names: domain.uuid }]);
        await standIn.arrived([domain.uuid]);
        await letGo();
        await replace(domain, "kept");
        await inGuest(domain.name, "whose=now");
        await standIn.goOn();
        return await running;
      } finally {
        await standIn.goOn();
        await letGo();
      }
    };
    const theirsIsThere = async () => {
      assert.equal(/<description>.*/.exec(await snapshotXml(domain, "kept"))?.[0], undefined);
      await virsh("snapshot-revert", domain.uuid, "kept");
      assert.equal(await inGuest(domain.name, 'echo "$whose"'), "theirs");
    };

    it("finds it there after the destroy, with its data", async () => {
      const run = await meanwhile(() => stack.destroy());
      assert.ok(run.ok, told(run));
      await theirsIsThere();
    });

    it("finds the domain where it was after the revert, which fails", async () => {
      const run = await meanwhile(() => stack.up(kept(domain, triggers("new"))));
      assert.equal(run.ok, false, told(run));
      assert.equal(await inGuest(domain.name, 'echo "$whose"'), "now");
      await theirsIsThere();
    });

    it("finds it without the description that was meant for the other, and the edit fails", async () => {
      const run = await meanwhile(() => stack.up(kept(domain, { description: "ours", ...triggers("old") })));
      assert.equal(run.ok, false, told(run));
      await theirsIsThere();
    });
  });

  describe("who replaced a snapshot within the second in which it was taken", () => {
    let domain: Guest;

    beforeEach(async () => {
      domain = await guest("--off");
      await prepared(domain, triggers("old"));
      await replaceWithinTheSecond(domain, "kept");
    });
    const theirsIsThere = async () => {
      assert.deepEqual(await snapshotsOf(domain), ["kept"]);
      assert.deepEqual(
        (await imageSnapshots(await diskOf(domain))).map(({ name }) => name),
        ["kept"],
      );
      assert.equal(/<description>.*/.exec(await snapshotXml(domain, "kept"))?.[0], undefined);
    };

    it("finds it there after a destroy", async () => {
      const run = await stack.destroy();
      assert.ok(run.ok, told(run));
      await theirsIsThere();
    });

    it("finds that a revert fails", async () => {
      const run = await stack.up(kept(domain, triggers("new")));
      assert.equal(run.ok, false, told(run));
      await theirsIsThere();
    });

    it("finds that an edit of the description fails", async () => {
      const run = await stack.up(kept(domain, { description: "ours", ...triggers("old") }));
      assert.equal(run.ok, false, told(run));
      await theirsIsThere();
    });
  });

  it("who deletes a snapshot whose description is being edited: no recovery point without data is claimed", async () => {
    const domain = await guest();
    await prepared(domain, { description: "old" });
    await standIn.stopAt([{ moment: "before", command: "snapshot-create", names: domain.uuid }]);
    const running = stack.up(kept(domain, { description: "new" }));
    await standIn.arrived([domain.uuid]);
    const qemu = await qemuPid(domain);
    process.kill(qemu, "SIGSTOP");
    const deleted = virsh("snapshot-delete", domain.uuid, "kept");
    await until("they hold it", () => isBusy(domain));
    await standIn.goOn();
    // The edit gets into the daemon's queue, behind the delete.
    await anotherSecond();
    process.kill(qemu, "SIGCONT");
    await deleted;
    const run = await running;
    assert.equal(run.ok, false, told(run));
    assert.match(told(run), /kept/);
    assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);
    // Nothing says later that it is a recovery point.
    const refreshed = await stack.refresh();
    assert.ok(!refreshed.ok || refreshed.steps.length > 0, told(refreshed));
  });

  it("who renames a domain and gives its name away: a new trigger stops the preview and the update", async () => {
    const [domain, other] = [await guest("--off"), await guest("--off")];
    await prepared(domain, triggers("old"));
    const current = async () =>
      (await Promise.all([domain, other].map(({ uuid }) => virsh("snapshot-list", uuid, "--name")))).join();
    await virsh("snapshot-create-as", domain.uuid, "later");
    const before = await current();
    await virsh("domrename", domain.uuid, `${domain.name}-old`);
    await virsh("domrename", other.uuid, domain.name);
    for (const command of ["preview", "up"] as const) {
      const run = await stack[command](kept(domain, triggers("new")));
      assert.equal(run.ok, false, `${command}: ${told(run)}`);
      for (const word of [domain.uuid, other.uuid]) assert.ok(told(run).includes(word), told(run));
    }
    assert.equal(await virsh("snapshot-current", domain.uuid, "--name"), "later");
    assert.equal(await current(), before);
  });

  const SAME_FILE: Record<string, (file: string) => Partial<SnapshotArgs>> = {
    "the same memory file": (file) => ({ memory: { snapshot: "external", file } }),
    "the same overlay file": (file) => ({
      diskOnly: true,
      disks: [{ name: "vda", snapshot: "external", file }],
    }),
  };
  for (const [what, args] of Object.entries(SAME_FILE)) {
    it(`of the same program, which names ${what} for two domains: neither loses anything`, async () => {
      const domains = [await guest(), await guest()];
      const file = join(lab("LAB_DIR"), `${domains[0]?.uuid ?? ""}.shared`);
      const both = () =>
        Object.fromEntries(
          domains.map(({ name }, index) => [
            `of-${index}`,
            new Snapshot(`of-${index}`, { domain: name, ...args(file) }),
          ]),
        );
      const preview = await stack.preview(both);
      assert.ok(told(preview).includes(file), told(preview));
      const run = await stack.up(both);
      assert.equal(run.ok, false, told(run));
      const taken = (await Promise.all(domains.map((domain) => snapshotsOf(domain)))).flat();
      assert.ok(taken.length <= 1, taken.join());
      for (const [index, { uuid }] of domains.entries()) {
        assert.equal(await virsh("domstate", uuid), "running");
        if (!taken.includes(`of-${index}`) || what.includes("overlay")) continue;
        // libvirt writes the domain's definition at the beginning of its memory.
        assert.ok((await readFile(file)).subarray(0, 65_536).includes(uuid), "it is that domain's memory");
      }
    });
  }

  it("a daemon that dies during a revert costs no safety snapshot, also after the retry", async () => {
    const domain = await guest();
    const args = (trigger: string) => ({ revert: { triggers: [trigger], safetySnapshot: { keep: 1 } } });
    await prepared(domain, args("old"));
    await inGuest(domain.name, "today=yes");
    await standIn.stopAt([{ moment: "before", command: "snapshot-revert", names: domain.uuid }]);
    const running = stack.up(kept(domain, args("new")));
    await standIn.arrived([domain.uuid]);
    const qemu = await qemuPid(domain);
    process.kill(qemu, "SIGSTOP");
    await standIn.goOn();
    await until("libvirt ends QEMU", () => beingEnded(qemu));
    process.kill(await daemonPid(), "SIGKILL");
    process.kill(qemu, "SIGCONT");
    const failed = await running;
    assert.equal(failed.ok, false, told(failed));
    const retried = await stack.up(kept(domain, args("new")));
    assert.ok(retried.ok, told(retried));
    assert.equal(await inGuest(domain.name, 'echo "$today"'), "");
    const safety = (await snapshotsOf(domain)).filter((name) => name.startsWith("kept-before-revert-"));
    const found: string[] = [];
    for (const name of safety) {
      await virsh("snapshot-revert", domain.uuid, name, "--running");
      found.push(await inGuest(domain.name, 'echo "$today"'));
    }
    assert.ok(found.includes("yes"), `what was today is in none of: ${safety.join()}`);
  });
});
