import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { existsSync } from "node:fs";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import {
  guestWithMemory,
  killDaemon,
  killDaemonBesideStopped,
  killDaemonBesideRunning,
  untilGrown,
} from "./support/dying-daemon.js";
import { assertDone, succeed, TestStack, type Run } from "./support/engine.js";
import {
  beingEnded,
  diskOf,
  guest,
  imageSnapshots,
  inGuest,
  qemuPid,
  snapshotsOf,
  until,
  virsh,
  type Guest,
} from "./support/host.js";

const MIB = 1024 * 1024;

describe("after a daemon died", function () {
  this.timeout(180_000);
  let domain: Guest;
  let disk: string;
  let stack: TestStack;
  beforeEach(async () => (stack = await TestStack.open()));
  afterEach(async () => {
    await stack.destroy();
    await stack.close();
  });

  const declaring =
    (args: Partial<SnapshotArgs> = {}) =>
    () => ({ s: new Snapshot("s", { domain: domain.name, ...args }) });
  const condition = () => virsh("domstate", domain.uuid, "--reason");
  const isRunning = async () => assert.match(await condition(), /^running /);
  const tags = async () => (await imageSnapshots(disk)).map(({ name }) => name);
  const overlay = () => disk.replace(/\.[^./]+$/, ".s");
  const isFrozen = async () => {
    const answer = virsh("qemu-agent-command", domain.uuid, '{"execute":"guest-fsfreeze-status"}');
    return (await answer).includes('"frozen"');
  };
  const failed = async (running: Promise<Run>, ...messages: (string | RegExp)[]): Promise<string> => {
    const { ok, messages: said } = await running;
    assert.equal(ok, false);
    const all = said.join("\n");
    for (const message of messages) {
      if (typeof message === "string") assert.ok(all.includes(message), all);
      else assert.match(all, message);
    }
    return all;
  };
  const DIED =
    /End of file while reading data: Input\/output error\. The host is done, and took no snapshot "s"\./;

  describe("a create with memory", () => {
    beforeEach(async () => {
      domain = await guestWithMemory();
      disk = await diskOf(domain);
    });

    it("lets a domain go on that stayed paused, and removes the tag that it left", async () => {
      const running = stack.up(declaring());
      const grown = () => untilGrown(disk, MIB);
      await killDaemonBesideRunning(grown, () =>
        until("QEMU has written the tag", async () => (await tags()).includes("s")),
      );
      await failed(
        running,
        DIED,
        "The attempt left the domain paused; it runs again.",
        `The tag "s" that the attempt left in ${JSON.stringify(disk)} is removed.`,
      );
      await isRunning();
      assert.deepEqual([await tags(), await snapshotsOf(domain)], [[], []]);
      assertDone(await stack.up(declaring()), ["create s"]);
      assert.match(await virsh("snapshot-dumpxml", domain.uuid, "s"), /<state>running</);
    });

    it("says how to bring a domain back that ended with the daemon, and refuses the next operation of the run", async () => {
      const two = () => ({ ...declaring()(), t: new Snapshot("t", { domain: domain.name }) });
      const running = stack.up(two);
      const grown = () => untilGrown(disk, MIB);
      // So does a daemon that comes back while QEMU is busy: it ends the guest.
      const qemu = await qemuPid(domain);
      await killDaemonBesideRunning(grown, async () => {
        await until("QEMU has written the tag", async () => (await tags()).length > 0);
        process.kill(qemu, "SIGKILL");
      });
      const said = await failed(
        running,
        /is "shut off[ ()a-z]*" now\. To start it as it is: virsh start/,
        "is defined again",
        `${domain.name} is shut off, after an operation of this run that failed: it was running before`,
      );
      assert.match(await condition(), /^shut off /);
      const command = /virsh snapshot-revert \S+ (?<name>\w)\./.exec(said);
      assert.ok(command !== null, said);
      const name = command.groups?.["name"] ?? "";
      await virsh("snapshot-revert", domain.uuid, name);
      assert.equal(await inGuest(domain.name, "echo $kept"), "yes");
      await virsh("snapshot-delete", domain.uuid, name);
      assert.deepEqual([await tags(), await snapshotsOf(domain)], [[], []]);
      const { ok, steps } = await stack.up(two);
      assert.deepEqual([ok, steps.sort()], [true, ["create s", "create t"]]);
    });

    it("removes a memory file that was written in part, and the next up writes it", async () => {
      const file = `${disk}.memory`;
      const args: Partial<SnapshotArgs> = { memory: { snapshot: "external", file } };
      const running = stack.up(declaring(args));
      await untilGrown(file, MIB);
      await killDaemon();
      await failed(running, DIED, `The attempt left the file ${JSON.stringify(file)}; it is removed.`);
      await isRunning();
      assert.deepEqual([existsSync(file), await snapshotsOf(domain)], [false, []]);
      assertDone(await stack.up(declaring(args)), ["create s"]);
    });

    it("of someone else leaves a memory file in part: the preview and the update name it, and how to remove it", async () => {
      const file = `${disk}.memory`;
      const args: Partial<SnapshotArgs> = { memory: { snapshot: "external", file } };
      const other = virsh("snapshot-create-as", domain.uuid, "o", "--memspec", `file=${file}`).catch(
        () => "",
      );
      await untilGrown(file, MIB);
      await killDaemon();
      await other;
      await until("the daemon is back", () =>
        condition().then(
          () => true,
          () => false,
        ),
      );
      const why = `memory.file: the host already has a file ${JSON.stringify(file)}, with memory that was written only in part`;
      const { messages } = await stack.preview(declaring(args));
      assert.ok(messages.join("\n").includes(why), messages.join("\n"));
      await failed(stack.up(declaring(args)), why, `remove it on the host: rm ${file}`);
      assert.ok(existsSync(file));
      await virsh("destroy", domain.uuid);
    });
  });

  describe("a create of disks", () => {
    beforeEach(async () => {
      domain = await guest("--agent");
      disk = await diskOf(domain);
    });
    const args = { diskOnly: true, quiesce: "required" } as const;

    it("thaws the file systems that it froze, and removes the overlay that it left", async () => {
      const running = stack.up(declaring(args));
      const made = () => untilGrown(overlay());
      await killDaemonBesideStopped(domain, made, () => sleep(300));
      await failed(
        running,
        DIED,
        "The attempt left its file systems frozen; they are thawed.",
        `The attempt left the file ${JSON.stringify(overlay())}; it is removed.`,
      );
      await isRunning();
      assert.deepEqual([await isFrozen(), existsSync(overlay()), await diskOf(domain)], [false, false, disk]);
      // QEMU may have kept the file open: then libvirt refuses the first attempt, and the second succeeds.
      const { steps } = await succeed(stack.up(declaring(args)));
      assert.deepEqual(steps, ["create s"]);
      assert.equal(await inGuest(domain.name, "echo a >/data/a && sync && echo written"), "written");
    });

    it("is refused, and nothing is thawed, where someone else froze the file systems", async () => {
      await virsh("domfsfreeze", domain.uuid);
      const why = "quiesce: the guest's file systems are frozen already, for instance by a backup";
      const { messages } = await stack.preview(declaring(args));
      assert.ok(messages.join("\n").includes(why), messages.join("\n"));
      await failed(stack.up(declaring(args)), why, `virsh domfsthaw ${domain.uuid}`);
      assert.equal(await isFrozen(), true);
      await virsh("domfsthaw", domain.uuid);
      assertDone(await stack.up(declaring(args)), ["create s"]);
    });
  });

  it("a revert says what the domain does and what to type, and the next up does it", async () => {
    domain = await guest();
    disk = await diskOf(domain);
    const to = (token: string) => declaring({ revert: { triggers: [token] } });
    assertDone(await stack.up(to("a")), ["create s"]);
    const qemu = await qemuPid(domain);
    process.kill(qemu, "SIGSTOP");
    const running = stack.up(to("b"));
    await until("the revert ends the old QEMU", () => beingEnded(qemu));
    await killDaemon();
    process.kill(qemu, "SIGCONT");
    const said = await failed(
      running,
      "The old triggers are kept, so the next update tries the revert again.",
    );
    const state = /^[a-z ]+(?= \()/.exec(await condition())?.[0] ?? "";
    assert.ok(said.includes(`${domain.name} is "${state}`), said);
    const { ok, steps } = await stack.up(to("b"));
    assert.deepEqual([ok, steps], [true, ["update s"]]);
    await isRunning();
  });

  it("a delete leaves the domain running, and the next destroy does it", async () => {
    domain = await guest();
    disk = await diskOf(domain);
    assertDone(await stack.up(declaring()), ["create s"]);
    const qemu = await qemuPid(domain);
    process.kill(qemu, "SIGSTOP");
    const running = stack.destroy();
    await until("the delete begins", async () => (await virsh("domcontrol", domain.uuid)) !== "ok");
    await killDaemon();
    process.kill(qemu, "SIGCONT");
    const { ok, messages } = await running;
    await isRunning();
    if (!ok) {
      assert.match(
        messages.join("\n"),
        /the snapshot is still (?:there|on libvirt.s list, and its data is gone from)/,
      );
      assertDone(await stack.destroy(), ["delete s"]);
    }
    assert.deepEqual([await tags(), await snapshotsOf(domain)], [[], []]);
  });
});
