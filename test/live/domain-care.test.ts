import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Domain, Snapshot, type DomainArgs } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { assertDone, succeed, TestStack, type Run } from "./support/engine.js";
import { creationTime, diskOf, guest, inGuest, lab, until, virsh } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** The command behind a Domain "vm", as the state names it. */
const COMMAND = "virsh:index:Domain$command:local:Command::vm";

/** A name that only this run uses, because the laboratory is shared. */
const own = (name: string) => `${name} ${process.pid}`;

describe("a Domain", () => {
  let stack: TestStack;
  let disk: Disk;

  const program = (args: Partial<DomainArgs> & { xml: DomainArgs["xml"] }) => () => {
    new Domain("vm", { running: false, shutdownTimeoutSeconds: 0, ...args });
    return {};
  };
  const names = async () => (await virsh("list", "--all", "--name")).split("\n");
  const made = ["create vm", "create vm"];
  const deleted = ["delete vm", "delete vm"];

  before(async () => {
    disk = await Disk.make();
  });
  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());
  after(() => disk.close());

  it("does not redefine a domain that exists, unless adopt is set", async () => {
    const theirs = await guest("--off");
    const before = await virsh("dumpxml", theirs.uuid);
    const xml = disk.xml(theirs.name, { title: "ours" });
    failedWith(
      await stack.up(program({ xml })),
      `Unable to define domain "${theirs.name}": the host already has a domain of that name, ${theirs.uuid}. ` +
        "Nothing was changed. Choose another <name>, or set adopt: true to adopt the existing domain and replace its definition.",
    );
    assert.equal(await virsh("dumpxml", theirs.uuid), before);
    const moved = `Disk vda of ${theirs.name} moves from ${await diskOf(theirs)} to ${disk.file}.`;
    assertDone(
      await stack.preview(program({ xml, adopt: true })),
      ["create vm"],
      [
        `${theirs.name} exists (${theirs.uuid}) and is adopted: its definition is replaced by this one.`,
        `The changed definition of ${theirs.name} takes effect at its next start; it is off now.`,
        moved,
      ],
    );
    const shown = await stack.transcript(program({ xml, adopt: true }));
    assert.match(shown, /^ +warning: guest-\S+ exists \(\S+\) and is adopted: /m);
    assert.match(shown, /^ +The changed definition of guest-\S+ takes effect at its next start; /m);
    assertDone(await stack.up(program({ xml, adopt: true })), ["create vm"], [`warning: ${moved}`]);
    assert.match(await virsh("dumpxml", theirs.uuid), /<title>ours<\/title>/);
    assertDone(await stack.destroy(), deleted);
    assert.ok(!(await names()).includes(theirs.name));
  });

  it("does not touch a domain that someone else defined under its name after it was undefined", async () => {
    const [name, other] = [own("again"), "bcfa3df3-7f64-4055-baf6-8ec50c3b0251"];
    assertDone(await stack.up(program({ xml: disk.xml(name) })), made);
    const uuid = await virsh("domuuid", name);
    await virsh("undefine", uuid);
    await disk.define(name, { uuid: other });
    failedWith(
      await stack.up(program({ xml: disk.xml(name, { title: "changed" }) })),
      `Unable to update domain "${name}": the host lists no domain ${uuid}; its name now belongs to another domain, ${other}. ` +
        "Nothing was changed.",
    );
    const told = `warning: ${name} is now another domain, ${other} instead of ${uuid}. It is left as it is.`;
    assertDone(await stack.destroy(), deleted, [told]);
    assert.equal(await virsh("domuuid", name), other);
    await virsh("undefine", other);
  });

  it("is renamed in place when its name changes, and keeps its snapshots", async () => {
    const renamed = (name: string) => () => {
      const vm = new Domain("vm", { xml: disk.xml(own(name)), running: false });
      new Snapshot("checkpoint", { domain: vm.name });
      return { name: vm.name, uuid: vm.uuid };
    };
    assertDone(await stack.up(renamed("old")), [...made, "create checkpoint"]);
    const { uuid } = await stack.outputs();
    const taken = await creationTime({ name: "", uuid: String(uuid) }, "checkpoint");
    const steps = ["update vm", "update checkpoint"];
    assert.deepEqual((await stack.preview(renamed("new"))).steps, steps);
    assertDone(await stack.up(renamed("new")), steps, [`${own("old")} is now called ${own("new")}.`]);
    assert.deepEqual(await stack.outputs(), { name: own("new"), uuid });
    const now = await names();
    assert.deepEqual([now.includes(own("old")), now.includes(own("new"))], [false, true]);
    assert.equal(await creationTime({ name: "", uuid: String(uuid) }, "checkpoint"), taken);
    assertDone(await stack.up(renamed("new")), []);
    assertDone(await stack.destroy(), ["delete checkpoint", ...deleted]);
  });

  it("is replaced when its name and its UUID change", async () => {
    const [one, two] = ["bcfa3df3-7f64-4055-baf6-8ec50c3b0254", "bcfa3df3-7f64-4055-baf6-8ec50c3b0255"];
    assertDone(await stack.up(program({ xml: disk.xml(own("one"), { uuid: one }) })), made);
    const { steps } = await succeed(stack.up(program({ xml: disk.xml(own("two"), { uuid: two }) })));
    assert.deepEqual(
      steps.filter((step) => /^(delete|create)-/.test(step)),
      ["delete-replaced vm", "create-replacement vm"],
    );
    const now = await names();
    assert.deepEqual([now.includes(own("one")), now.includes(own("two"))], [false, true]);
    assertDone(await stack.destroy(), deleted);
  });

  it("keeps names and titles exactly, whatever they mean to a shell or to virsh", async () => {
    const hostile = ["$(touch pwned); `touch pwned`", "--domain", " 'a' \"b\" \\ & <ñandú ☃> "];
    const all = hostile.map((name) => `${name}${process.pid}`);
    const before = await readdir(stack.folder);
    const declared = () => {
      for (const [index, name] of all.entries()) {
        const vm = new Domain(`vm${index}`, {
          xml: disk.xml(name, { title: `$(touch pwned) ${name}` }),
          running: false,
        });
        if (index === 0) new Snapshot("checkpoint", { domain: vm.name });
      }
      return {};
    };
    const up = await stack.up(declared);
    assert.ok(up.ok, up.messages.join("\n"));
    const listed = (await virsh("list", "--all", "--uuid", "--name"))
      .split("\n")
      .map((line) => line.slice(37));
    assert.deepEqual(
      all.filter((name) => !listed.includes(name)),
      [],
    );
    assertDone(await stack.up(declared), []);
    const down = await stack.destroy();
    assert.ok(down.ok, down.messages.join("\n"));
    assert.ok(!(await virsh("list", "--all", "--name")).includes(String(process.pid) + "\n"));
    assert.deepEqual(await readdir(stack.folder), before);
  });

  it("leaves nothing of a domain that cannot be started", async () => {
    const name = own("diskless");
    const xml = disk.xml(name).replace(disk.file, "/nowhere/disk.qcow2");
    const { messages } = failedWith(
      await stack.up(program({ xml, running: true })),
      `Unable to start domain "${name}": `,
    );
    assert.match(
      messages[0] ?? "",
      /\/nowhere\/disk\.qcow2.* was undefined again, so nothing is left of it\./,
    );
    assert.ok(!(await names()).includes(name));
  });

  it("stays in the state while its host cannot be reached, and keeps a secret URI secret", async () => {
    const folder = await mkdtemp(join(tmpdir(), "virsh-way-"));
    const way = join(folder, "here");
    const socket =
      new URL(lab("LIBVIRT_DEFAULT_URI").replace(/^qemu\+unix/, "http")).searchParams.get("socket") ?? "";
    const open = () => symlink(dirname(socket), way);
    const uri = pulumi.secret(`qemu+unix:///session?socket=${way}/libvirt-sock`);
    const name = own("far");
    await open();
    assertDone(await stack.up(program({ xml: pulumi.secret(disk.xml(name)), uri })), made);
    const { inputs, outputs } = await stack.recorded(COMMAND);
    const plain = JSON.stringify([inputs, outputs], (_key, value: unknown) =>
      isSecret(value) ? "secret" : value,
    );
    assert.doesNotMatch(
      plain,
      /virsh-way|domain type|xmlSha256/,
      "the state shows neither the URI nor the XML in plain text",
    );
    await rm(way);
    const preview = await stack.preview(
      program({ xml: pulumi.secret(disk.xml(name, { title: "changed" })), uri }),
    );
    assert.deepEqual([preview.ok, preview.messages.length], [true, 1]);
    assert.match(preview.messages[0] ?? "", /^The preview could not check far \d+ on its host: /);
    failedWith(await stack.destroy(), "Unable to list the domains: Failed to connect socket to ");
    assert.ok(await stack.recorded(COMMAND), "the state no longer has it");
    await open();
    assertDone(await stack.destroy(), deleted);
    await rm(folder, { recursive: true });
  });

  it("asks the guest to shut down and waits until it is off", async () => {
    const [name, uuid] = [own("listens"), "bcfa3df3-7f64-4055-baf6-8ec50c3b0252"];
    const standIn = await VirshStandIn.make();
    const observed = await TestStack.open(standIn.env);
    const xml = disk.xml(name, { uuid, agent: true, serial: true });
    assertDone(await observed.up(program({ xml, running: true, shutdownTimeoutSeconds: 60 })), made);
    await inGuest(name, "printf '#!/bin/sh\\npoweroff -f\\n' >/sbin/shutdown; chmod +x /sbin/shutdown");
    await until("the agent answers", () =>
      virsh("domtime", uuid).then(
        () => true,
        () => false,
      ),
    );
    assertDone(await observed.destroy(), deleted);
    const verbs = await standIn.verbs();
    assert.deepEqual([verbs.includes("shutdown"), verbs.includes("destroy")], [true, false]);
    await observed.close();
    await standIn.close();
  });
});

/** Whether a value in an exported state is a secret. */
function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;
}

/** Asserts that a command failed with this message, which follows the text of `@pulumi/command` itself. */
function failedWith(run: Run, words: string): Run {
  assert.deepEqual([run.ok, run.messages.length], [false, 1], run.messages.join("\n"));
  assert.ok(run.messages[0]?.includes(words), `${words}\nin\n${run.messages[0] ?? ""}`);
  return run;
}
