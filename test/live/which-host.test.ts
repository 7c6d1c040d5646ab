import assert from "node:assert/strict";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, succeed, TestStack, type Run } from "./support/engine.js";
import { guest, hostBehind, lab, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { OtherDaemon } from "./support/other-daemon.js";

describe("a snapshot belongs to the host that it was taken on", () => {
  let other: OtherDaemon;
  let domain: Guest;
  let stack: TestStack;
  /** The same stack, on a machine whose default is the other daemon. */
  let elsewhere: TestStack;
  let both: RegExp;
  const program =
    (args: Partial<SnapshotArgs> = {}) =>
    () => ({ a: new Snapshot("a", { domain: domain.name, ...args }) });

  before(async () => {
    other = await OtherDaemon.start();
    stack = await TestStack.open();
    elsewhere = await TestStack.reopen(stack.folder, { VIRSH_DEFAULT_CONNECT_URI: other.uri });
    const [here, there] = await Promise.all([hostBehind(), hostBehind(other.uri)]);
    both = new RegExp(`the state belongs to host ${here.uuid} .*leads to host ${there.uuid} .*set \`uri\``);
  });
  beforeEach(async () => {
    domain = await guest("--off");
    await succeed(stack.up(program()));
  });
  afterEach(async () => {
    await succeed(stack.destroy());
  });
  after(async () => {
    await stack.close();
    await other.stop();
  });

  const isRefused = async (running: Promise<Run>) => {
    const { ok, messages } = await running;
    assert.equal(ok, false);
    assert.match(messages.join("\n"), both);
    assert.equal((await stack.recorded("a")).id, `${domain.uuid}/a`);
    assert.deepEqual(await snapshotsOf(domain), ["a"]);
  };

  it("refresh, destroy, a description and a revert on another daemon are errors that name both", async () => {
    const { outputs } = await stack.recorded("a");
    assert.deepEqual(outputs["host"], await hostBehind());
    await isRefused(elsewhere.refresh());
    await isRefused(elsewhere.destroy());
    await isRefused(elsewhere.up(program({ description: "new" })));
    const reverting = program({ revert: { triggers: ["x"] } });
    await isRefused(elsewhere.preview(reverting));
    await isRefused(elsewhere.up(reverting));
    assertDone(await stack.refresh(), []);
  });

  it("a replacement takes no snapshot on another daemon", async () => {
    // A domain of the same name, on which the new snapshot could be taken.
    const file = join(lab("LAB_DIR"), "same-name.xml");
    const definition = await virsh("dumpxml", "--inactive", domain.uuid);
    await writeFile(file, definition.replace(/<uuid>.*<\/uuid>/, ""));
    await virsh(`--connect=${other.uri}`, "define", file);
    await isRefused(elsewhere.up(program({ name: "b" })));
    assert.equal(await virsh(`--connect=${other.uri}`, "snapshot-list", domain.name, "--name"), "");
    assertDone(await stack.up(program()), []);
  });

  it("a uri that leads somewhere else than before is an error, too", async () => {
    const link = join(lab("LAB_DIR"), "tunnel");
    const uri = `qemu+unix:///session?socket=${link}`;
    await symlink(new URL(lab("LIBVIRT_DEFAULT_URI")).searchParams.get("socket") ?? "", link);
    await succeed(stack.up(program({ uri })));
    const { uuid } = await hostBehind();
    assert.deepEqual((await stack.recorded("a")).outputs["host"], { uuid, uri: "qemu:///session" });
    await rm(link);
    await symlink(other.socket, link);
    const belongs = both;
    both = /the state belongs to host \S+ \(qemu:\/\/\/session\), and the connection leads to host \S+ /;
    await isRefused(stack.refresh());
    await isRefused(stack.destroy());
    both = belongs;
    await rm(link);
    // A changed uri declares a move: the same snapshot is found there, and its host recorded.
    assertDone(await stack.up(program({ uri: lab("LIBVIRT_DEFAULT_URI") })), ["update a"]);
  });
});
