import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { assertDone, succeed, type Program, type TestStack } from "./support/engine.js";
import { guest, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { pluginStack, PluginProvider, PluginSnapshot } from "./support/plugin-stack.js";

describe("the plugin on the real engine", () => {
  let stack: TestStack;
  let domain: Guest;
  before(async () => {
    [stack, domain] = await Promise.all([pluginStack(), guest()]);
  });
  after(() => stack.close());

  const program =
    (extra: Record<string, unknown> = {}): Program =>
    () => {
      const checkpoint = new PluginSnapshot("checkpoint", { domain: domain.name, ...extra });
      return { taken: checkpoint.creationTime };
    };

  it("previews a create, and looks at the host for it", async () => {
    const run = await stack.preview(program());
    assertDone(run, ["create checkpoint"], run.messages);
    console.log(run, stack.about);
  });

  it("takes the snapshot", async () => {
    console.log(await stack.up(program()));
    assert.deepEqual(await snapshotsOf(domain), ["checkpoint"]);
  });

  it("finds nothing to do afterwards", async () => {
    console.log(await stack.up(program()));
  });

  it("previews a revert, and reverts", async () => {
    console.log(await stack.preview(program({ revert: { triggers: ["a"] } })), stack.about);
    console.log(await stack.up(program({ revert: { triggers: ["a"] } })), stack.about);
  });

  it("sees in a plain preview that someone deleted the snapshot", async () => {
    await virsh("snapshot-delete", domain.uuid, "checkpoint");
    console.log(await stack.preview(program()), stack.about);
    console.log(await stack.up(program()), stack.about);
  });

  it("destroys", async () => {
    console.log(await stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("imports", async () => {
    await virsh("snapshot-create-as", domain.uuid, "found", "--description=hello");
    const imported: Program = () => {
      new PluginSnapshot(
        "found",
        { domain: domain.name, description: "hello" },
        { import: `${domain.name}/found` },
      );
      return {};
    };
    console.log(await stack.preview(imported), await stack.up(imported), await stack.up(imported));
    const provider: Program = () => {
      const explicit = new PluginProvider("host", {
        uri: pulumi.secret("qemu:///system"),
        timeoutSeconds: "30",
      });
      new PluginSnapshot("found", { domain: domain.name, description: "hello" }, { provider: explicit });
      return {};
    };
    console.log(await stack.preview(provider));
    await succeed(stack.destroy());
  });
});
