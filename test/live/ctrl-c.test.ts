import assert from "node:assert/strict";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack, type Run } from "./support/engine.js";
import { Foreground } from "./support/foreground.js";
import {
  beingEnded,
  creationTime,
  guest,
  inGuest,
  isBusy,
  qemuPid,
  snapshotsOf,
  until,
  virsh,
  type Guest,
} from "./support/host.js";

/** Operations made slow on purpose: the guest's QEMU is stopped in the middle of them, or it uses much memory. */
describe("Ctrl-C", function () {
  this.timeout(180_000);
  let domain: Guest;
  let stack: TestStack;
  let qemu: number;

  before(async () => {
    domain = await guest();
    stack = await TestStack.open();
  });
  after(() => stack.close());
  afterEach(() => goOn());

  const declared = (args: Partial<SnapshotArgs> = {}) => ({ slow: { domain: domain.name, ...args } });
  const start = (args?: Partial<SnapshotArgs>) => () => Foreground.up(stack, declared(args));
  const destroy = () => Foreground.destroy(stack);
  const declaring =
    (args: Partial<SnapshotArgs> = {}) =>
    () => ({ slow: new Snapshot("slow", { domain: domain.name, ...args }) });
  const up = (args?: Partial<SnapshotArgs>) => stack.up(declaring(args));
  const triggers = (...some: string[]) => ({ revert: { triggers: some } });

  /** Starts it with QEMU stopped, so that it goes no further than `underWay`. */
  const begin = async (command: () => Foreground, underWay: () => Promise<boolean>): Promise<Foreground> => {
    qemu = await qemuPid(domain);
    process.kill(qemu, "SIGSTOP");
    const begun = command();
    await until("the host is at it", underWay);
    return begun;
  };
  const goOn = () => {
    try {
      process.kill(qemu, "SIGCONT");
    } catch {
      // A revert has ended that QEMU.
    }
  };
  const busy = () => isBusy(domain);
  const reverting = () => beingEnded(qemu);
  const idle = () => until("the host is done", async () => !(await busy()));
  const runs = async () => assert.equal(await virsh("domstate", domain.uuid), "running");

  describe("pressed once lets the running operation finish, and the state records", () => {
    const once = async (begun: () => Foreground, underWay: () => Promise<boolean>): Promise<Run> => {
      const command = await begin(begun, underWay);
      command.pressCtrlC();
      await command.hasSaid("^C received; cancelling");
      goOn();
      return command.ended;
    };

    it("a create", async () => {
      assertFailed(await once(start(), busy), ["create slow"], ["update canceled"]);
      assert.equal(
        (await stack.recorded("slow")).outputs["creationTime"],
        await creationTime(domain, "slow"),
      );
      await runs();
      assertDone(await up(), []);
    });

    it("a create that is slow because the guest uses much memory", async () => {
      const big = await guest("--memory", "1536");
      await inGuest(big.name, "for each in $(seq 350); do cat /bin/busybox; done >/tmp/700-mebibytes");
      const own = await TestStack.open();
      const command = Foreground.up(own, { big: { domain: big.name } });
      await until("the host is at it", () => isBusy(big));
      command.pressCtrlC();
      assertFailed(await command.ended, ["create big"], ["update canceled"]);
      assert.equal((await own.recorded("big")).outputs["creationTime"], await creationTime(big, "big"));
      assertDone(await own.destroy(), ["delete big"]);
      assert.deepEqual(await snapshotsOf(big), []);
      await own.close();
    });

    it("a revert", async () => {
      assertDone(await up(triggers("a")), ["update slow"], [await loss()]);
      const { ok, messages } = await once(start(triggers("b")), reverting);
      assert.deepEqual([ok, messages], [false, [await loss(), "update canceled"]]);
      assert.deepEqual((await stack.recorded("slow")).outputs["revert"], triggers("b").revert);
      await runs();
      assertDone(await up(triggers("b")), []);
    });

    it("a delete", async () => {
      await once(destroy, busy);
      assert.deepEqual(await snapshotsOf(domain), []);
      await runs();
      assertDone(await stack.destroy(), []);
    });
  });

  describe("pressed twice ends the provider, and the next command", () => {
    const twice = async (begun: () => Foreground, underWay: () => Promise<boolean>): Promise<void> => {
      const command = await begin(begun, underWay);
      command.pressCtrlC();
      await command.hasSaid("^C received; cancelling");
      command.pressCtrlC();
      assert.equal((await command.ended).ok, false);
      assert.deepEqual(await snapshotsOf(domain), ["slow"]);
    };

    it("waits for the running create, does not take the snapshot again, and takes it over with adopt", async () => {
      await twice(start(), busy);
      assert.deepEqual(await stack.pending(), ["creating slow"]);
      const next = start()();
      await next.hasSaid("Waiting to");
      goOn();
      const { ok, messages } = await next.ended;
      assert.equal(ok, false);
      assert.match(messages.join("\n"), /interrupted while creating/);
      assert.match(
        messages.join("\n"),
        new RegExp(
          `Waiting to take snapshot "slow" of ${domain.name}: another job holds the domain: background job`,
        ),
      );
      assert.ok(
        messages.includes(
          `Unable to take snapshot "slow" of ${domain.name}: name: the domain already has a snapshot of that name. ` +
            "Nothing was changed. Choose another name, delete that snapshot first, or take it over with adopt: true, " +
            "for instance after an update that was interrupted.",
        ),
        messages.join("\n"),
      );
      const taken = await creationTime(domain, "slow");
      assert.ok((await up({ adopt: true })).ok);
      assert.equal((await stack.recorded("slow")).outputs["creationTime"], taken);
      await runs();
    });

    it("finds the old triggers after a revert, and reverts again", async () => {
      assert.ok((await up({ adopt: true, ...triggers("a") })).ok);
      await twice(start({ adopt: true, ...triggers("b") }), reverting);
      assert.ok((await stack.pending()).includes("updating slow"));
      goOn();
      // If you know that the revert was done, and want to keep what came since, restore the old triggers.
      assert.deepEqual((await stack.preview(declaring({ adopt: true, ...triggers("a") }))).steps, []);
      const { ok, steps, messages } = await up({ adopt: true, ...triggers("b") });
      assert.deepEqual([ok, steps], [true, ["update slow"]]);
      assert.match(messages.join("\n"), /interrupted while updating/);
      assert.ok(messages.includes(await loss()));
      await runs();
      assert.deepEqual(await snapshotsOf(domain), ["slow"]);
    });

    it("finds that a delete is done", async () => {
      await twice(destroy, busy);
      assert.ok((await stack.pending()).includes("deleting slow"));
      goOn();
      await idle();
      assert.deepEqual(await snapshotsOf(domain), []);
      const { ok, steps } = await stack.destroy();
      assert.deepEqual([ok, steps], [true, ["delete slow"]]);
      await runs();
    });
  });

  async function loss(): Promise<string> {
    return (
      `${domain.name} will go back to snapshot "slow", taken ${await creationTime(domain, "slow")}: ` +
      "everything since then, on disk and in memory, is discarded."
    );
  }
});
