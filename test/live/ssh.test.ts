import assert from "node:assert/strict";
import { Domain, getDomain, Snapshot } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { assertDone, TestStack } from "./support/engine.js";
import { guest, snapshotsOf, virsh } from "./support/host.js";
import { canServeSsh, SSHD, SshServer } from "./support/ssh-server.js";

const NAME = `far-${process.pid}`;

describe(`a host behind qemu+ssh (needs ${SSHD} and nc)`, () => {
  let server: SshServer;
  let disk: Disk;
  let stack: TestStack;

  const program =
    (title: string, token = "first") =>
    () => {
      const { uri } = server;
      const vm = new Domain("vm", { xml: disk.xml(NAME, { title }), uri, shutdownTimeoutSeconds: 1 });
      new Snapshot("checkpoint", { domain: vm.name, uri, revert: { triggers: [token] } });
      return {};
    };

  before(async function () {
    if (!(await canServeSsh())) return this.skip();
    [server, disk, stack] = await Promise.all([SshServer.start(), Disk.make(), TestStack.open()]);
  });
  after(async () => {
    // Not made if all tests were skipped.
    (server as SshServer | undefined)?.stop();
    for (const made of [stack, disk] as ({ close(): Promise<void> } | undefined)[]) await made?.close();
  });

  it("has its VM defined, started, redefined, reverted and undefined", async () => {
    assertDone(await stack.up(program("one")), ["create vm", "create vm", "create checkpoint"]);
    const uuid = await virsh("domuuid", NAME);
    assert.deepEqual(await snapshotsOf({ name: NAME, uuid }), ["checkpoint"]);
    const seen = await getDomain({ domain: NAME, uri: server.uri });
    assert.deepEqual([seen.uuid, seen.state, seen.currentSnapshot], [uuid, "running", "checkpoint"]);

    const changed = await stack.up(program("two", "second"));
    assert.deepEqual([changed.ok, changed.steps], [true, ["update vm", "update checkpoint"]]);
    assert.match(await virsh("dumpxml", "--inactive", uuid), /<title>/);

    const stopped = `warning: ${NAME} did not shut down within 1 s, so it is stopped as by a power cut.`;
    assertDone(await stack.destroy(), ["delete checkpoint", "delete vm", "delete vm"], [stopped]);
    assert.ok(!(await virsh("list", "--all", "--name")).split("\n").includes(NAME));
  });

  it("has the life cycle of twenty snapshots with no more logins than a few sessions need", async () => {
    const domain = await guest("--off");
    const twenty = () => ({
      ...Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
          `s${index}`,
          new Snapshot(`s${index}`, { domain: domain.uuid, uri: server.uri }),
        ]),
      ),
    });
    const before = await server.logins();
    assert.ok((await stack.preview(twenty)).ok);
    assert.equal((await stack.up(twenty)).steps.length, 20);
    assert.equal((await snapshotsOf(domain)).length, 20);
    assert.ok((await stack.refresh()).ok);
    assert.equal((await stack.destroy()).steps.length, 20);
    const logins = (await server.logins()) - before;
    // Four processes of the provider, each with at most three sessions.
    assert.ok(logins <= 12, `${logins} logins`);
  });
});
