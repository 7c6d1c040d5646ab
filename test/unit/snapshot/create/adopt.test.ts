import assert from "node:assert/strict";
import { create } from "../../../../provider/snapshot/create/create.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { EXTERNAL, FakeHypervisor, IMAGE, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { stateWith, UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a", adopt: true };
const FILE = "<memory snapshot='external' file='/m'/><disks><disk name='vda' snapshot='external'/></disks>";

describe("adopting a snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let told: string[];
  beforeEach(() => {
    told = [];
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [{ name: "a", creationTime: 1_800_000_001 }],
      current: "a",
    });
  });

  const adopted = (inputs: Partial<SnapshotInputs> = {}) =>
    create(fakeOperation(hypervisor, { tell: ({ text }) => void told.push(text) }), { ...INPUTS, ...inputs });
  const holds = (captured: string, state: string) => {
    domain.snapshots = [{ name: "a", creationTime: 1_800_000_001, captured, state }];
  };

  it("adopts the existing one as it is, and changes nothing", async () => {
    assert.deepEqual(await adopted(), stateWith({ adopt: true }));
    assert.deepEqual([hypervisor.changes, told], [[], []]);
  });

  it("takes a new one if none of that name exists", async () => {
    domain.snapshots = [];
    await adopted();
    assert.deepEqual(hypervisor.changes, [["createSnapshot", UUID, { name: "a" }]]);
  });

  it("replaces its description by the declared one, and reports the old one", async () => {
    Object.assign(domain.snapshots[0] ?? {}, { description: "theirs" });
    assert.equal((await adopted({ description: "ours" })).description, "ours");
    assert.deepEqual(
      hypervisor.changes.map(([method]) => method),
      ["redefineSnapshot"],
    );
    assert.deepEqual(told, [
      'Adopting snapshot "a" of debian12 changes it: its description, "theirs", becomes "ours".',
    ]);
  });

  it("removes its description if none is declared", async () => {
    Object.assign(domain.snapshots[0] ?? {}, { description: "theirs" });
    assert.equal("description" in (await adopted()), false);
    assert.deepEqual(told, [
      'Adopting snapshot "a" of debian12 changes it: its description, "theirs", is removed, because none is declared. To keep it, declare it.',
    ]);
  });

  it("adds a description where it had none, without a message", async () => {
    assert.equal((await adopted({ description: "ours" })).description, "ours");
    assert.deepEqual(told, []);
  });

  it("leaves an equal description unchanged", async () => {
    Object.assign(domain.snapshots[0] ?? {}, { description: "ours" });
    await adopted({ description: "ours" });
    assert.deepEqual([hypervisor.changes, told], [[], []]);
  });

  it("does not claim that file systems were frozen", async () => {
    holds(EXTERNAL, "disk-snapshot");
    const { consistency } = await adopted({ diskOnly: true, quiesce: "preferred" });
    assert.equal(consistency, "crash-consistent");
  });

  const internal = "<memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>";
  const different: [captured: string, inputs: Partial<SnapshotInputs>, differences: string][] = [
    [internal, { diskOnly: true }, 'memory is "internal", not "no"; disk vda is "internal", not "external"'],
    [
      internal,
      { memory: { snapshot: "external", file: "/m" } },
      'memory is "internal", not "external"; memory.file is "none", not "/m"; disk vda is "internal", not "external"',
    ],
    [FILE, { memory: { snapshot: "external", file: "/n" } }, 'memory.file is "/m", not "/n"'],
    [EXTERNAL, {}, 'disk vda is "external", not "internal"'],
    [
      EXTERNAL,
      { diskOnly: true, disks: [{ name: "vda", snapshot: "no" }] },
      'disk vda is "external", not "no"',
    ],
    [
      EXTERNAL,
      { diskOnly: true, disks: [{ name: "vdb", snapshot: "external" }] },
      'disk vdb is "no", not "external"',
    ],
  ];
  for (const [captured, inputs, differences] of different) {
    it(`is refused, with nothing changed, if ${differences}`, async () => {
      holds(captured, "running");
      await failsWith(
        adopted({ ...inputs, description: "ours" }),
        "Conflict",
        `Unable to adopt snapshot "a" of debian12: it is not what is declared: ${differences}. Nothing was changed. Declare it as it is, or choose another name.`,
      );
      assert.deepEqual(hypervisor.changes, []);
    });
  }

  const alike: [captured: string, inputs: Partial<SnapshotInputs>][] = [
    [EXTERNAL, { diskOnly: true }],
    [EXTERNAL, { diskOnly: true, disks: [{ name: "vda", snapshot: "external" }] }],
    [EXTERNAL, { diskOnly: true, disks: [{ name: "vdb", snapshot: "no" }] }],
    [EXTERNAL, { diskOnly: true, disks: [{ name: IMAGE, snapshot: "external" }] }],
    [FILE, { memory: { snapshot: "external", file: "/m" } }],
    [internal, { memory: { snapshot: "internal" } }],
    [internal, { disks: [{ name: "vda", snapshot: "internal" }] }],
  ];
  for (const [captured, inputs] of alike) {
    it(`accepts a snapshot that matches ${JSON.stringify(inputs)}`, async () => {
      holds(captured, "running");
      assert.equal((await adopted(inputs)).creationTime, "2027-01-15T08:00:01Z");
      assert.deepEqual(hypervisor.changes, []);
    });
  }
});
