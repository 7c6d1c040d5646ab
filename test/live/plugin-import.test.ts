import assert from "node:assert/strict";
import { assertDone, type Program, type TestStack } from "./support/engine.js";
import { guest, lab, virsh, type Guest } from "./support/host.js";
import { pluginStack, PluginSnapshot } from "./support/plugin-stack.js";
import { SHAPES } from "./support/shapes.js";

/** The shapes whose snapshots differ. */
const KINDS = [
  "internal-memory",
  "internal-off",
  "internal-paused",
  "external-disk-only",
  "external-memory",
  "some-disks",
] as const;

describe("an import of snapshots that others took", () => {
  const domains = {} as Record<string, Guest>;
  let stack: TestStack;
  before(async () => {
    stack = await pluginStack();
    for (const kind of KINDS) {
      const { domain, flags } = SHAPES[kind] ?? assert.fail(kind);
      const taken = (domains[kind] = await domain());
      const filled = flags.map((flag) =>
        flag.replaceAll("{folder}", lab("LAB_DIR")).replaceAll("{uuid}", taken.uuid),
      );
      await virsh("snapshot-create-as", `--domain=${taken.uuid}`, `--name=${kind}`, ...filled);
    }
  });
  after(() => stack.close());

  /** A program like the one that `pulumi import` writes: the inputs that were read. */
  let program: Program;

  it("reads each by the domain's name or UUID", async () => {
    const named = KINDS.map((kind, index) => {
      const { name, uuid } = domains[kind] ?? assert.fail(kind);
      return { type: "virsh:index:Snapshot", name: kind, id: `${index % 2 === 0 ? name : uuid}/${kind}` };
    });
    await stack.importExisting(named);
    for (const kind of KINDS)
      assert.equal((await stack.recorded(kind)).id, `${domains[kind]?.uuid ?? ""}/${kind}`);
  });

  it("gives inputs with which the next update does nothing", async () => {
    const inputs = await Promise.all(KINDS.map(async (kind) => (await stack.recorded(kind)).inputs));
    program = () => {
      for (const each of inputs) new PluginSnapshot(String(each["name"]), each);
      return {};
    };
    const run = await stack.up(program);
    assert.deepEqual(run.steps.toSorted(), KINDS.map((kind) => `refresh ${kind}`).toSorted());
    assert.equal(run.ok, true);
  });

  it("describes each as it would be declared", async () => {
    const shape = async (kind: (typeof KINDS)[number]) => {
      const {
        domain: _domain,
        name: _name,
        description: _text,
        ...rest
      } = (await stack.recorded(kind)).inputs;
      return rest;
    };
    assert.deepEqual(await shape("internal-memory"), {});
    assert.deepEqual(await shape("internal-off"), {});
    assert.deepEqual(await shape("external-disk-only"), { diskOnly: true });
    const file = `${lab("LAB_DIR")}/${domains["external-memory"]?.uuid ?? ""}.memory`;
    assert.deepEqual(await shape("external-memory"), { memory: { snapshot: "external", file } });
    assert.deepEqual(await shape("some-disks"), {
      diskOnly: true,
      disks: [{ name: "vdb", snapshot: "no" }],
    });
  });

  it("leaves snapshots that the program then owns", async () => {
    const steps = (operation: string) => KINDS.map((kind) => `${operation} ${kind}`);
    const run = await stack.destroy();
    assert.deepEqual([run.ok, run.messages], [true, []]);
    assert.deepEqual(run.steps.toSorted(), [...steps("delete"), ...steps("refresh")].toSorted());
  });

  it("says which snapshots there are where it finds none", async () => {
    const domain = await guest("--off");
    await virsh("snapshot-create-as", domain.uuid, "there");
    const absent: Program = () => {
      new PluginSnapshot("absent", { domain: domain.name }, { import: `${domain.name}/absent` });
      return {};
    };
    const run = await stack.preview(absent);
    assert.equal(run.ok, false);
    assert.match(run.messages.join("\n"), /Unable to read snapshot "absent" of guest-.* It has "there"\./s);
    assertDone(await stack.preview(() => ({})), []);
  });
});
