import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Snapshot } from "../../sdk/index.js";
import { assertDone, assertFailed, besideMocha, type Program, type TestStack } from "./support/engine.js";
import { creationTime, guest, lab, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { pluginStack, PluginProvider, PluginSnapshot } from "./support/plugin-stack.js";

type Args = Record<string, unknown>;

describe("a snapshot through the plugin", () => {
  let stack: TestStack;
  let domain: Guest;
  before(async () => {
    [stack, domain] = await Promise.all([pluginStack(), guest()]);
  });
  after(() => stack.close());

  const program =
    (args: Args = {}): Program =>
    () => ({ taken: new PluginSnapshot("checkpoint", { domain: domain.name, ...args }).creationTime });

  it("is previewed with a look at the host, and nothing happens", async () => {
    const run = await stack.preview(program({ disks: [{ name: "vdz", snapshot: "no" }] }));
    assert.deepEqual([run.ok, run.steps], [true, ["create checkpoint"]]);
    assert.match(stack.about["checkpoint"]?.join() ?? "", /vdz/);
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("is taken, under the name and the ID that the dynamic provider gives it", async () => {
    assertDone(await stack.up(program()), ["create checkpoint"]);
    const { id, inputs, outputs } = await stack.recorded("checkpoint");
    assert.equal(id, `${domain.uuid}/checkpoint`);
    assert.deepEqual(inputs, { domain: domain.name, name: "checkpoint" });
    assert.equal(outputs["creationTime"], await creationTime(domain, "checkpoint"));
    assert.equal((await stack.outputs())["taken"], outputs["creationTime"]);
  });

  it("is read before every update, and stays as it is", async () => {
    assertDone(await stack.up(program()), ["refresh checkpoint"]);
  });

  it("is described anew in place, with the change in the preview", async () => {
    const args = { description: "before the upgrade" };
    assertDone(await stack.up(program(args)), ["refresh checkpoint", "update checkpoint"]);
    assert.match(await virsh("snapshot-dumpxml", domain.uuid, "checkpoint"), /before the upgrade/);
  });

  it("is reverted to by a trigger, and a preview says what is lost", async () => {
    const args = { description: "before the upgrade", revert: { triggers: ["a"] } };
    const taken = await creationTime(domain, "checkpoint");
    const line =
      `${domain.name} will go back to snapshot "checkpoint", taken ${taken}: ` +
      "everything since then, on disk and in memory, is discarded.";
    const steps = ["refresh checkpoint", "update checkpoint"];
    assertDone(await stack.preview(program(args)), steps, [line]);
    assert.deepEqual(stack.about, { checkpoint: [line] });
    assertDone(await stack.up(program(args)), steps, [line]);
    const { outputs } = await stack.recorded("checkpoint");
    assert.deepEqual((outputs["lastRevert"] as { triggers: unknown }).triggers, ["a"]);
  });

  it("is taken again once a plain preview has seen that someone deleted it", async () => {
    await virsh("snapshot-delete", domain.uuid, "checkpoint");
    const steps = ["refresh checkpoint", "create checkpoint"];
    const gone = [
      `snapshot "checkpoint" of ${domain.name} was deleted outside of this program. ` +
        "The next update takes a new snapshot, of the state that the domain has then.",
    ];
    assertDone(await stack.preview(program()), steps, gone);
    assertDone(await stack.up(program()), steps, gone);
    assert.deepEqual(await snapshotsOf(domain), ["checkpoint"]);
  });

  it("is replaced where an input needs that", async () => {
    const steps = ["create-replacement", "replace", "delete-replaced"].map((op) => `${op} checkpoint`);
    const run = await stack.up(program({ name: "another" }));
    assert.deepEqual([run.ok, run.steps], [true, ["refresh checkpoint", ...steps]]);
    assert.deepEqual(await snapshotsOf(domain), ["another"]);
  });

  it("is deleted", async () => {
    assertDone(await stack.destroy(), ["refresh checkpoint", "delete checkpoint"]);
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("is not taken with wrong inputs, which the error names", async () => {
    const run = await stack.preview(program({ diskOnly: "yes" }));
    assert.equal(run.ok, false);
    assert.match(run.messages.join("\n"), /diskOnly: "yes" cannot be used: expected true or false\./);
  });
});

describe("a snapshot that the dynamic provider took", () => {
  let stack: TestStack;
  let domain: Guest;
  before(async () => {
    [stack, domain] = await Promise.all([pluginStack(), guest("--off")]);
  });
  after(() => stack.close());

  const args = { description: "moves", revert: { triggers: ["a"] } };
  const dynamic: Program = () => {
    new Snapshot("checkpoint", { domain: domain.name, ...args });
    return {};
  };
  const plugin =
    (more: Args = {}): Program =>
    () => {
      const aliases = [{ type: "pulumi-nodejs:dynamic/virsh:Snapshot" }];
      new PluginSnapshot("checkpoint", { domain: domain.name, ...args, ...more }, { aliases });
      return {};
    };

  it("moves to the plugin without a difference, also where the configuration names the host", async () => {
    await stack.configure("virsh:uri", lab("LIBVIRT_DEFAULT_URI"));
    assertDone(await stack.up(dynamic), ["create checkpoint"]);
    const taken = await creationTime(domain, "checkpoint");
    assertDone(await stack.up(plugin()), []);
    // The first read through the plugin asks for one before every update.
    assertDone(await stack.refresh(), []);
    assertDone(await stack.up(plugin()), ["refresh checkpoint"]);
    assert.equal(await creationTime(domain, "checkpoint"), taken);
  });

  it("is edited there, and moves back", async () => {
    const edited = { description: "was here" };
    assertDone(await stack.up(plugin(edited)), ["refresh checkpoint", "update checkpoint"]);
    const back: Program = () => {
      const aliases = [{ type: "virsh:index:Snapshot" }];
      new Snapshot("checkpoint", { domain: domain.name, ...args, ...edited }, { aliases });
      return {};
    };
    const moved = await stack.up(back);
    assert.equal(moved.ok, true, moved.messages.join("\n"));
    assertDone(await stack.destroy(), ["delete checkpoint"]);
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});

describe("the plugin's configuration", () => {
  let stack: TestStack;
  let domain: Guest;
  before(async () => {
    [stack, domain] = await Promise.all([
      pluginStack({ LIBVIRT_DEFAULT_URI: "", VIRSH_DEFAULT_CONNECT_URI: "" }),
      guest("--off"),
    ]);
  });
  after(() => stack.close());

  const on =
    (config: Record<string, pulumi.Input<string>>): Program =>
    () => {
      const provider = new PluginProvider("host", config);
      new PluginSnapshot("checkpoint", { domain: domain.name }, { provider });
      return {};
    };

  it("leads to the host, stays a secret, and is not recorded with the snapshot", async () => {
    const uri = lab("LIBVIRT_DEFAULT_URI");
    const config = { uri: pulumi.secret(uri), timeoutSeconds: "60", revert: '{"to":"shutoff"}' };
    assertDone(await stack.up(on(config)), ["create checkpoint"]);
    const [checkpoint, provider] = await Promise.all([stack.recorded("checkpoint"), stack.recorded("host")]);
    assert.deepEqual(checkpoint.inputs, {
      ...{ domain: domain.name, name: "checkpoint", revert: { to: "shutoff" } },
    });
    const socket = uri.split("?")[1] ?? assert.fail(uri);
    assert.equal(JSON.stringify(checkpoint).includes(socket), false);
    assert.match(JSON.stringify(provider.inputs["uri"]), /1b47061264138c4ac30d75fd1eb44270/);
    assertDone(await stack.up(on(config)), ["refresh checkpoint"]);
  });

  it("changes without a change of the snapshot", async () => {
    const config = { uri: lab("LIBVIRT_DEFAULT_URI"), timeoutSeconds: "30", revert: '{"to":"shutoff"}' };
    assertDone(await stack.up(on(config)), ["refresh checkpoint"]);
    assertDone(await stack.destroy(), ["refresh checkpoint", "delete checkpoint"]);
  });

  it("is refused before anything happens where it is wrong", async () => {
    const run = await besideMocha(() => stack.preview(on({ uri: "qemu+ext:///system" })));
    assertFailed(run, [], run.messages);
    assert.match(run.messages.join("\n"), /uri.*the transport ext runs a program on this machine/);
  });
});
