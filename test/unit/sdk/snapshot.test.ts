import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { inputFields } from "../../../provider/snapshot/inputs.js";
import { outputDocs } from "../../../provider/snapshot/outputs.js";
import {
  Domain,
  Snapshot,
  type CapturedDisk,
  type LastRevert,
  type SnapshotArgs,
} from "../../../sdk/index.js";

const __provider = 'exports.handler = () => require("pulumi-virsh/dynamic-handler");';
const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const FACTS = {
  domainUuid: UUID,
  domainName: "debian12",
  creationTime: "2027-01-15T08:00:01Z",
  state: "running",
  location: "internal",
  parent: "root",
  isCurrent: true,
  capturedDisks: [{ name: "vda", snapshot: "internal" }],
  capturedMemory: { snapshot: "internal" },
  lastRevert: { at: "2027-01-15T09:00:00.000Z", triggers: ["x"] },
};

describe("a Snapshot in a program", () => {
  let registered: pulumi.runtime.MockResourceArgs[];
  beforeEach(async () => {
    registered = [];
    await pulumi.runtime.setMocks({
      newResource(args) {
        registered.push(args);
        return { id: `${UUID}/a`, state: { ...(args.inputs as object), ...FACTS } };
      },
      call: (args) => args.inputs as Record<string, unknown>,
    });
    pulumi.runtime.setAllConfig({});
  });

  /** The type and the inputs of a resource, as the engine receives them. */
  async function declared(name: string, args: SnapshotArgs): Promise<{ type: string; inputs: unknown }> {
    await valueOf(new Snapshot(name, args).urn);
    assert.equal(registered.length, 1);
    const [first = assert.fail()] = registered;
    return { type: first.type, inputs: first.inputs as unknown };
  }

  it("has the type that Pulumi's dynamic host serves", async () => {
    assert.equal(
      (await declared("checkpoint", { domain: "debian12" })).type,
      "pulumi-nodejs:dynamic/virsh:Snapshot",
    );
  });

  it("passes its arguments, its own name as the snapshot's name, and the provider's text", async () => {
    assert.deepEqual((await declared("checkpoint", { domain: "debian12" })).inputs, {
      domain: "debian12",
      name: "checkpoint",
      __preview: false,
      __provider,
    });
  });

  it("passes every argument unchanged", async () => {
    const args = {
      uri: "qemu:///system",
      domain: pulumi.output("debian12"),
      name: pulumi.output("a b"),
      description: "Creada carpeta importante",
      diskOnly: false,
      atomic: true,
      revert: { triggers: [pulumi.output("x"), { n: 1 }] },
      timeoutSeconds: 60,
    };
    assert.deepEqual((await declared("checkpoint", args)).inputs, {
      ...args,
      domain: "debian12",
      name: "a b",
      revert: { triggers: ["x", { n: 1 }] },
      __preview: false,
      __provider,
    });
  });

  it("takes a Domain for its name", async () => {
    const vm = new Domain("vm", { xml: "<domain><name>debian12</name></domain>" });
    await valueOf(new Snapshot("a", { domain: vm }).urn);
    const snapshot = registered.find(({ type }) => type.endsWith("virsh:Snapshot"));
    assert.equal((snapshot?.inputs as { domain: unknown }).domain, "debian12");
  });

  it("connects to the configured URI unless `uri` is set", async () => {
    pulumi.runtime.setAllConfig({ "virsh:uri": "qemu+ssh://root@host/system" });
    const { inputs } = await declared("a", { domain: "debian12" });
    assert.equal((inputs as SnapshotArgs).uri, "qemu+ssh://root@host/system");
    registered = [];
    const other = await declared("b", { domain: "debian12", uri: "qemu:///system" });
    assert.equal((other.inputs as SnapshotArgs).uri, "qemu:///system");
  });

  it("passes to the provider whether this is a preview", async () => {
    pulumi.runtime.setAllConfig({});
    for (const preview of [true, false]) {
      registered = [];
      await pulumi.runtime.setMocks(
        { newResource: (args) => (registered.push(args), { id: "", state: {} }), call: () => ({}) },
        "project",
        "stack",
        preview,
      );
      const { inputs } = await declared("a", { domain: "debian12" });
      assert.deepEqual(inputs, { domain: "debian12", name: "a", __preview: preview, __provider });
    }
  });

  it("never changes the provider text that states hold", async () => {
    const { inputs } = await declared("a", { domain: "debian12" });
    const text = (inputs as { __provider: string }).__provider;
    assert.equal(text, __provider);
    const documented = readFileSync(resolve(__dirname, "../../../../provider/dynamic-handler.ts"), "utf8");
    assert.ok(documented.includes(`\`${text}\``), "provider/dynamic-handler.ts documents another text");
    const { name, exports } = JSON.parse(
      readFileSync(resolve(__dirname, "../../../../package.json"), "utf8"),
    ) as { name: string; exports: Record<string, { default: string }> };
    const [, module = ""] = /require\("([^"]+)"\)/.exec(text) ?? [];
    assert.ok(module.replace(name, ".") in exports, `package.json does not export ${module}`);
  });

  it("has every input and every recorded fact as an output of its type", async () => {
    const snapshot = new Snapshot("a", { domain: "debian12", revert: { triggers: ["x"] } });
    const disks: pulumi.Output<CapturedDisk[]> = snapshot.capturedDisks;
    const last: pulumi.Output<LastRevert | undefined> = snapshot.lastRevert;
    const current: pulumi.Output<boolean> = snapshot.isCurrent;
    assert.deepEqual(
      [await valueOf(disks), await valueOf(last), await valueOf(current)],
      [FACTS.capturedDisks, FACTS.lastRevert, true],
    );
    const names = [...inputFields.map(({ path }) => path.split(".")[0] ?? ""), ...Object.keys(outputDocs)];
    for (const name of names) {
      const output = (snapshot as unknown as Record<string, unknown>)[name];
      assert.ok(pulumi.Output.isInstance(output), `${name} is no output`);
    }
    assert.equal(await valueOf(snapshot.id), `${UUID}/a`);
    assert.equal(await valueOf(snapshot.creationTime), FACTS.creationTime);
  });
});

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((tell) => {
    output.apply((value) => tell(value));
  });
}
