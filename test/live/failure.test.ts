import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack } from "./support/engine.js";
import {
  creationTime,
  daemonPid,
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
import { VirshStandIn } from "./support/stand-in.js";

const state = ({ uuid }: Guest) => virsh("domstate", `--domain=${uuid}`);

describe("failures and concurrency", function () {
  // Guests also start and are reverted while the daemon restarts: that takes time on a busy machine.
  this.timeout(180_000);
  let standIn: VirshStandIn;
  let stack: TestStack;

  before(async () => {
    standIn = await VirshStandIn.make();
    stack = await TestStack.open(standIn.env);
  });
  afterEach(async () => {
    await standIn.allow();
    await stack.destroy();
  });
  after(async () => {
    await stack.close();
    await standIn.close();
  });

  it("a snapshot that was taken but not read back is kept, and the next up completes it", async () => {
    const domain = await guest("--off");
    const program = () => ({ kept: new Snapshot("kept", { domain: domain.name }) });
    await standIn.refuse("snapshot-dumpxml", "Cannot recv data: Connection reset by peer");
    const { ok, messages } = await stack.up(program);
    assert.deepEqual(
      [ok, messages],
      [
        false,
        [
          "1 error occurred:\n" +
            `\t* Snapshot "kept" of ${domain.name} was taken, but could not be read back: ` +
            `Unable to read snapshot "kept" of domain ${domain.uuid}: Cannot recv data: Connection reset by peer. ` +
            "Check that this machine can reach the host, and that the URI names the right host. " +
            "It is kept in the state; the next update completes it.",
        ],
      ],
    );
    const taken = await creationTime(domain, "kept");
    assert.equal((await stack.recorded("kept")).outputs["creationTime"], undefined);

    await standIn.allow();
    assertDone(await stack.up(program), ["update kept"]);
    assert.equal((await stack.recorded("kept")).outputs["creationTime"], taken);
    assert.equal(await creationTime(domain, "kept"), taken);
    assertDone(await stack.up(program), []);
  });

  it("a daemon that dies during a create is followed by a look at the host, and the next up takes the snapshot", async () => {
    const domain = await guest();
    const program = () => ({ taken: new Snapshot("taken", { domain: domain.name }) });
    const qemu = await qemuPid(domain);
    process.kill(qemu, "SIGSTOP");
    const running = stack.up(program);
    await until("the create begins", async () => (await virsh("domcontrol", domain.name)) !== "ok");
    process.kill(await daemonPid(), "SIGKILL");
    process.kill(qemu, "SIGCONT");
    assertFailed(
      await running,
      ["create taken"],
      [
        `Unable to take snapshot "taken" of ${domain.name}: End of file while reading data: Input/output error. ` +
          'The host is done, and took no snapshot "taken".',
      ],
    );
    assert.equal(await state(domain), "running");
    assert.equal(await inGuest(domain.name, "echo it runs on"), "it runs on");
    assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);

    assertDone(await stack.up(program), ["create taken"]);
    assert.deepEqual(await snapshotsOf(domain), ["taken"]);
    await virsh("destroy", domain.uuid);
  });

  it("a failed revert reports the state of the VM and keeps the old triggers, and the next up tries again", async () => {
    const domain = await guest();
    const program = (token: string) => () => ({
      checkpoint: new Snapshot("checkpoint", { domain: domain.name, revert: { triggers: [token] } }),
    });
    assertDone(await stack.up(program("old")), ["create checkpoint"]);
    await inGuest(domain.name, "remembered=no");
    const disk = await diskOf(domain);
    const taken = await creationTime(domain, "checkpoint");
    const line =
      `${domain.name} will go back to snapshot "checkpoint", taken ${taken}: ` +
      "everything since then, on disk and in memory, is discarded.";

    await rename(disk, `${disk}.away`);
    const { ok, steps, messages } = await stack.up(program("new"));
    assert.deepEqual([ok, steps, messages[0]], [false, ["update checkpoint"], line]);
    assert.ok(
      messages[1]?.startsWith(`Unable to revert ${domain.name} to snapshot "checkpoint": `),
      messages[1],
    );
    assert.match(messages[1] ?? "", /No such file or directory/);
    // With libvirt's reason, which differs between versions.
    const reason = /^shut off \((?<reason>.+)\)$/.exec(await virsh("domstate", domain.uuid, "--reason"));
    const shown = reason?.groups?.["reason"] === "unknown" ? "shut off" : (reason?.[0] ?? "");
    assert.ok(
      messages[1]?.endsWith(
        `${domain.name} is "${shown}" now. To start it as it is: virsh start ${domain.uuid}. ` +
          "The old triggers are kept, so the next update tries the revert again.",
      ),
      messages[1],
    );
    assert.deepEqual((await stack.recorded("checkpoint")).outputs["revert"], { triggers: ["old"] });

    await rename(`${disk}.away`, disk);
    assertDone(await stack.up(program("new")), ["update checkpoint"], [line]);
    assert.equal(await inGuest(domain.name, 'echo "$remembered"'), "");
    assertDone(await stack.up(program("new")), []);
    await virsh("destroy", domain.uuid);
  });

  it("the second of two reverts of one domain in one run fails, by name, and the next up does it", async () => {
    const domain = await guest("--off");
    const program = (token: string) => () => {
      const [a, b] = ["a", "b"].map(
        (name) => new Snapshot(name, { domain: domain.name, revert: { triggers: [token] } }),
      );
      return { a, b };
    };
    assert.equal((await stack.up(program("old"))).ok, true);
    const { ok, messages } = await stack.up(program("new"));
    const [error = "", ...others] = messages.filter((message) => message.startsWith("Unable"));
    const second = /to snapshot "(.)":/.exec(error)?.[1] ?? "";
    const first = second === "a" ? "b" : "a";
    assert.deepEqual(
      [ok, error, others],
      [
        false,
        `Unable to revert ${domain.name} to snapshot "${second}": this run has already reverted the domain to snapshot "${first}". ` +
          "Change the revert.triggers of only one snapshot per domain and run. " +
          `The triggers of "${second}" are kept as they were, so the next update would revert to it.`,
        [],
      ],
    );
    assert.equal(await virsh("snapshot-current", domain.uuid, "--name"), first);
    assert.deepEqual((await stack.up(program("new"))).steps, [`update ${second}`]);
    assert.equal(await virsh("snapshot-current", domain.uuid, "--name"), second);
  });

  it("operations on one domain wait for each other, and those on two domains do not", async () => {
    const [one, other] = [await guest("--off"), await guest("--off")];
    const of = (domain: Guest, name: string, args: Partial<SnapshotArgs> = {}) =>
      new Snapshot(name, { domain: domain.name, ...args });
    const program = () => ({ a: of(one, "a"), b: of(one, "b"), c: of(other, "c") });
    await standIn.slow("snapshot-create-as");
    await standIn.forget();
    const { ok, steps } = await stack.up(program);
    assert.deepEqual([ok, steps.sort()], [true, ["create a", "create b", "create c"]]);
    const calls = await standIn.calls("snapshot-create-as");
    const [first, second] = calls.filter(({ command }) => command.includes(one.uuid));
    const [apart] = calls.filter(({ command }) => command.includes(other.uuid));
    assert.ok(first && second && apart);
    assert.ok(first.ended < second.begun, "one after the other on one domain");
    assert.ok(
      [first, second].some(({ begun, ended }) => begun < apart.ended && apart.begun < ended),
      "at the same time on another",
    );
  });
});
