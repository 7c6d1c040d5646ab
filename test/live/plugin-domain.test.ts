import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import type * as pulumi from "@pulumi/pulumi";
import { Domain } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { succeed, type Program, type Run, type TestStack } from "./support/engine.js";
import { virsh } from "./support/host.js";
import { PluginDomain, PluginSnapshot, pluginStack } from "./support/plugin-stack.js";

const NAME = `plugin-domain-${process.pid}`;

describe("a Domain of the plugin on the real engine", () => {
  let stack: TestStack;
  let disk: Disk;

  before(async () => {
    [stack, disk] = await Promise.all([pluginStack(), Disk.make()]);
  });
  after(async () => {
    await stack.destroy();
    await stack.close();
    await disk.close();
  });

  const program =
    (args: Record<string, unknown> = {}, opts: pulumi.CustomResourceOptions = {}): Program =>
    () => {
      const xml = disk.xml(NAME, { title: "declared" });
      const vm = new PluginDomain("vm", { xml, running: false, shutdownTimeoutSeconds: 0, ...args }, opts);
      new PluginSnapshot("checkpoint", { domain: vm.name });
      return { name: vm.name, uuid: vm.uuid };
    };
  const title = async () =>
    /<title>(.*)<\/title>/.exec(await virsh("dumpxml", "--inactive", NAME))?.[1] ?? "none";
  async function edit(from: RegExp, to: string): Promise<void> {
    const file = `${disk.file}.xml`;
    await writeFile(file, (await virsh("dumpxml", "--inactive", NAME)).replace(from, to));
    await virsh("define", `--file=${file}`);
    await rm(file);
  }

  it("is created with its snapshot in one program, and then unchanged", async () => {
    const preview = await stack.preview(program());
    assert.deepEqual([preview.ok, changes(preview).sort()], [true, ["create checkpoint", "create vm"]]);
    await succeed(stack.up(program()));
    assert.equal((await stack.outputs())["uuid"], await virsh("domuuid", NAME));
    assert.deepEqual(changes(await stack.preview(program())), []);
    assert.deepEqual(changes(await stack.up(program())), []);
  });

  it("shows in a plain preview what someone else did, and up restores the declaration", async () => {
    await edit(/<title>declared/, "<title>theirs");
    const preview = await stack.preview(program());
    assert.deepEqual([preview.ok, changes(preview)], [true, ["update vm"]], preview.messages.join("\n"));
    assert.match(preview.messages.join("\n"), /someone changed it.*title "theirs" to "declared"/);
    await succeed(stack.up(program()));
    assert.equal(await title(), "declared");

    await virsh("start", NAME);
    assert.deepEqual(changes(await stack.preview(program())), ["update vm"]);
    await succeed(stack.up(program()));
    assert.equal(await virsh("domstate", NAME), "shut off");
    assert.deepEqual(changes(await stack.up(program())), []);
  });

  it("is updated in place, and the preview says when that takes effect", async () => {
    const changed = { xml: disk.xml(NAME, { title: "changed" }) };
    const preview = await stack.preview(program(changed));
    assert.deepEqual([preview.ok, changes(preview)], [true, ["update vm"]]);
    assert.match(preview.messages.join("\n"), /takes effect at its next start; it is off now\./);
    await succeed(stack.up(program(changed)));
    assert.equal(await title(), "changed");
    await succeed(stack.up(program()));
  });

  it("is left alone where the program ignores changes of xml", async () => {
    await edit(/<title>declared/, "<title>theirs");
    assert.deepEqual(changes(await stack.up(program({}, { ignoreChanges: ["xml"] }))), []);
    assert.equal(await title(), "theirs");
    await succeed(stack.up(program()));
  });

  it("is created again once someone undefined it", async () => {
    await virsh("undefine", "--snapshots-metadata", NAME);
    const preview = await stack.preview(program());
    assert.ok(preview.steps.includes("create vm"), preview.steps.join());
  });

  it("takes a VM over from a Domain over @pulumi/command, which keeps running", async () => {
    const moving = await pluginStack();
    const theirs = await Disk.make();
    const name = `${NAME}-moved`;
    const args = { xml: theirs.xml(name), shutdownTimeoutSeconds: 0 };
    try {
      const component =
        (opts: pulumi.ComponentResourceOptions): Program =>
        () => {
          new PluginSnapshot("checkpoint", { domain: new Domain("vm", args, opts).name });
          return {};
        };
      const resource =
        (more: object): Program =>
        () => {
          new PluginSnapshot("checkpoint", { domain: new PluginDomain("moved", { ...args, ...more }).name });
          return {};
        };
      await succeed(moving.up(component({ retainOnDelete: true })));
      const before = await virsh("domid", name);
      await succeed(moving.up(resource({ adopt: true })));
      assert.equal(await virsh("domid", name), before);
      await succeed(moving.up(resource({})));
      assert.deepEqual(changes(await moving.up(resource({}))), []);
    } finally {
      await moving.destroy();
      await moving.close();
      await theirs.close();
    }
  });

  it("is imported by its name, without a change", async () => {
    const other = await pluginStack();
    const theirs = await Disk.make();
    const name = `${NAME}-imported`;
    try {
      await theirs.define(name, { title: "theirs" });
      const xml = `${await virsh("dumpxml", "--inactive", name)}\n`;
      const imported =
        (opts: pulumi.CustomResourceOptions): Program =>
        () => {
          new PluginDomain("vm", { xml, running: false }, opts);
          return {};
        };
      await succeed(other.up(imported({ import: name })));
      assert.deepEqual(changes(await other.up(imported({}))), []);
      assert.equal(await virsh("dumpxml", "--inactive", name), xml.trimEnd());
    } finally {
      await other.destroy();
      await other.close();
      await theirs.close();
    }
  });
});

/** What a command does to resources, beside the refresh that comes first. */
function changes({ ok, steps, messages }: Run): string[] {
  assert.ok(ok, messages.join("\n"));
  return steps.filter((step) => !step.startsWith("refresh "));
}
