import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { Domain, Snapshot, type DomainArgs } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { assertDone, TestStack } from "./support/engine.js";
import { output, snapshotsOf, virsh } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

const NAME = `vm-${process.pid}`;

describe("a Domain and its Snapshot in one program", () => {
  let standIn: VirshStandIn;
  let stack: TestStack;
  let disk: Disk;
  let uuid: string;

  const program = (args: Partial<DomainArgs>) => () => {
    const vm = new Domain("vm", { xml: disk.xml(NAME), shutdownTimeoutSeconds: 1, ...args });
    new Snapshot("checkpoint", { domain: vm.name });
    return { name: vm.name, uuid: vm.uuid };
  };
  const titled = (title: string) => ({ xml: disk.xml(NAME, { title }) });
  const verbs = () => standIn.verbs();
  const state = () => virsh("domstate", NAME);

  before(async () => {
    [standIn, disk] = await Promise.all([VirshStandIn.make(), Disk.make()]);
    stack = await TestStack.open(standIn.env);
  });
  after(async () => {
    for (const made of [standIn, stack, disk]) await made.close();
  });

  it("defines the domain, starts it, and then takes the snapshot", async () => {
    const up = await stack.up(program({ autostart: true }));
    assertDone(up, ["create vm", "create vm", "create checkpoint"]);
    uuid = await virsh("domuuid", NAME);
    assert.deepEqual(await stack.outputs(), { name: NAME, uuid });
    assert.equal(await state(), "running");
    assert.match(await virsh("dominfo", NAME), /^Autostart: +enable$/m);
    const steps = ["define", "autostart", "start", "snapshot-create-as"];
    assert.deepEqual(
      (await verbs()).filter((verb) => steps.includes(verb)),
      steps,
    );
  });

  it("runs no command when nothing changes", async () => {
    await standIn.forget();
    assertDone(await stack.up(program({ autostart: true })), []);
    assert.deepEqual(await standIn.calls(), []);
  });

  it("says that a running VM uses a changed definition from its next boot", async () => {
    const changed = program({ autostart: false, ...titled("changed") });
    assertDone(
      await stack.preview(changed),
      ["update vm"],
      [
        `The changed definition of ${NAME} takes effect at its next boot; it is running now. ` +
          "To apply it sooner, shut the domain down and start it again: a reboot from inside the guest keeps the old definition.",
      ],
    );
    const up = await stack.up(changed);
    assertDone(up, ["update vm"], [`${NAME} keeps its old definition until its next boot.`]);
    assert.deepEqual(await stack.outputs(), { name: NAME, uuid });
    assert.match(await virsh("dumpxml", "--inactive", uuid), /<title>changed<\/title>/);
    assert.doesNotMatch(await virsh("dumpxml", uuid), /<title>changed<\/title>/);
    assert.match(await virsh("dominfo", NAME), /^Autostart: +disable$/m);
    assert.deepEqual(await snapshotsOf({ name: NAME, uuid }), ["checkpoint"]);
  });

  it("shuts it down if it is not to run, by a power cut if the guest does not react", async () => {
    const off = program({ running: false, ...titled("changed") });
    assertDone(
      await stack.preview(off),
      ["update vm"],
      [
        `${NAME} is running, and this update shuts it down; if it is not off after 1 s, it is stopped as by a power cut.`,
      ],
    );
    await standIn.forget();
    const told = [`warning: ${NAME} did not shut down within 1 s, so it is stopped as by a power cut.`];
    assertDone(await stack.up(off), ["update vm"], told);
    assert.equal(await state(), "shut off");
    assert.ok(!(await verbs()).includes("define"), "an unchanged definition is not defined again");
  });

  it("says that a VM which is off uses a changed definition when it starts", async () => {
    const later = `The changed definition of ${NAME} takes effect at its next start; it is off now.`;
    assertDone(await stack.preview(program({ running: false, ...titled("later") })), ["update vm"], [later]);
    const now = `The changed definition of ${NAME} takes effect now: ${NAME} is off, and this update starts it.`;
    assertDone(await stack.preview(program(titled("now"))), ["update vm"], [now]);
    assertDone(await stack.up(program(titled("now"))), ["update vm"]);
    assert.match(await virsh("dumpxml", uuid), /<title>now<\/title>/);
  });

  it("refuses another UUID under the same name, already in the preview", async () => {
    const other = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
    const { ok, messages } = await stack.preview(program({ xml: disk.xml(NAME, { uuid: other }) }));
    assert.deepEqual([ok, messages.length], [false, 1]);
    assert.ok(
      messages[0]?.endsWith(
        `Unable to redefine domain "${NAME}": xml has the UUID ${other}, but this domain is ${uuid}. ` +
          "Nothing was changed. Remove <uuid> from the XML to keep the domain's own. To define another domain in its " +
          "place, change <name> as well, or run pulumi up --replace with its URN.",
      ),
      messages[0],
    );
    assert.ok(
      (await stack.preview(program({ xml: disk.xml(NAME, { uuid }) }))).ok,
      "its own UUID is accepted",
    );
  });

  it("keeps the domain while it has a foreign snapshot, names that snapshot, and lets the domain run", async () => {
    await standIn.forget();
    await virsh("snapshot-create-as", `--domain=${uuid}`, "--name=theirs");
    const { ok, steps, messages } = await stack.destroy();
    assert.deepEqual({ ok, steps }, { ok: false, steps: ["delete checkpoint", "delete vm"] });
    assert.equal(messages.length, 1);
    assert.ok(
      messages[0]?.includes(
        `Unable to undefine domain "${NAME}": it still has the snapshot "theirs", which this program does not declare or ` +
          "has not deleted yet. Nothing was changed. Delete them first if nobody needs them",
      ),
      messages[0],
    );
    assert.equal(await state(), "running");
    assert.deepEqual(await snapshotsOf({ name: NAME, uuid }), ["theirs"]);
  });

  it("deletes the snapshot, stops the domain and undefines it, in this order, and leaves the disk", async () => {
    await virsh("snapshot-delete", `--domain=${uuid}`, "--snapshotname=theirs");
    const told = [`warning: ${NAME} did not shut down within 1 s, so it is stopped as by a power cut.`];
    assertDone(await stack.destroy(), ["delete vm", "delete vm"], told);
    const steps = ["snapshot-delete", "shutdown", "destroy", "undefine"];
    assert.deepEqual(
      (await verbs()).filter((verb) => steps.includes(verb)),
      steps,
    );
    assert.doesNotMatch(await virsh("list", "--all", "--uuid"), new RegExp(uuid));
    assert.ok(existsSync(disk.file));
    await output("qemu-img", "check", disk.file);
  });
});
