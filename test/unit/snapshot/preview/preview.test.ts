import assert from "node:assert/strict";
import { Preview } from "../../../../provider/snapshot/preview/preview.js";
import type { HostOptions } from "../../../../provider/hypervisor/host.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { plan } from "../../../../provider/snapshot/plan.js";
import { inputsOf, type SnapshotState } from "../../../../provider/snapshot/state.js";
import { UNKNOWN } from "../../../../provider/schema/unknown.js";
import { NOW } from "../../hypervisor/fake-operation.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { EXTERNAL, FakeHypervisor, IMAGE, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { stateWith, UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a" };
const NAME_TAKEN =
  'Taking snapshot "a" of debian12 would fail: name: the domain already has a snapshot of that name. Choose another name, delete that snapshot first, or take it over with adopt: true, for instance after an update that was interrupted.';

describe("a preview", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let preview: Preview;
  let clock: number;
  let opened: HostOptions[];
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
    clock = 0;
    opened = [];
    const open = (options: HostOptions) => {
      opened.push(options);
      const left = options.timeoutSeconds * 1000;
      return fakeHost(hypervisor, options.uri, { now: left, afterwards: left });
    };
    preview = new Preview({ open, now: () => NOW, elapsed: () => clock });
  });
  afterEach(() => assert.deepEqual(hypervisor.changes, []));

  const create = async (inputs: Partial<SnapshotInputs> = {}) =>
    (await preview.beforeCreate({ ...INPUTS, ...inputs })).map(({ text }) => text);
  const change = async (before: Partial<SnapshotState>, inputs: Partial<SnapshotInputs>) => {
    const state = stateWith(before);
    const wanted = { ...inputsOf(state), ...inputs };
    return (await preview.beforeChange(plan(state, wanted), state, wanted)).map(({ text }) => text);
  };
  const has = (name: string, parent?: string) =>
    domain.snapshots.push({ name, creationTime: 1_800_000_001, ...(parent === undefined ? {} : { parent }) });

  describe("before a create", () => {
    it("prints nothing if every precondition is met", async () => assert.deepEqual(await create(), []));

    it("sends each query once, however many snapshots of a domain it covers", async () => {
      await create();
      const asked = hypervisor.calls.length;
      for (let index = 0; index < 500; index++) assert.deepEqual(await create({ name: `s${index}` }), []);
      assert.equal(hypervisor.calls.length, asked);
    });

    it("names two snapshots of a program that want the same file", async () => {
      hypervisor.define({ uuid: UUID.replace(/.$/, "0"), name: "other" });
      const memory = { snapshot: "external" as const, file: "/m" };
      assert.deepEqual(await create({ memory }), []);
      assert.deepEqual(await create({ memory }), []);
      assert.deepEqual(await create({ domain: "other", memory, name: "b" }), [
        'Two snapshots want the file "/m" (memory.file): "a" of debian12 and "b" of other. The second one fails. Give each a file of its own.',
      ]);
    });

    it("asks for block jobs and free space only if the snapshot would be taken", async () => {
      has("a");
      await create();
      await create({ adopt: true });
      for (const method of ["blockJob", "freeBytes"]) assert.ok(!hypervisor.methods.includes(method), method);
      await create({ name: "b" });
      for (const method of ["blockJob", "freeBytes"]) assert.ok(hypervisor.methods.includes(method), method);
    });

    it("sends a query again after a while", async () => {
      await create();
      has("a");
      assert.deepEqual(await create(), []);
      clock += 30_000;
      assert.deepEqual(await create(), [NAME_TAKEN]);
    });

    it("reports what create itself would refuse", async () => {
      hypervisor.tags.set(IMAGE, ["a"]);
      const [line, ...others] = await create();
      assert.match(
        line ?? "",
        /Taking snapshot "a" of debian12 would fail: name: the image .* holds a snapshot "a"/,
      );
      assert.deepEqual(others, []);
      has("b");
      clock += 30_000;
      assert.match(
        (await create({ name: "b" })).join("\n"),
        /the domain already has a snapshot of that name/,
      );
    });

    it("compares a snapshot that is to be adopted", async () => {
      has("a");
      assert.deepEqual(await create({ adopt: true }), []);
      assert.match(
        (await create({ adopt: true, diskOnly: true })).join("\n"),
        /^Adopting snapshot "a" of debian12 would fail: it is not what is declared/,
      );
    });

    it("reports a description that adopting would remove", async () => {
      has("a");
      Object.assign(domain.snapshots[0] ?? {}, { description: "theirs" });
      assert.match((await create({ adopt: true })).join("\n"), /its description, "theirs", is removed/);
      assert.deepEqual(await create({ adopt: true, description: "theirs" }), []);
    });

    it("reports block jobs of captured disks", async () => {
      domain.jobs["vda"] = "Block Copy";
      assert.match((await create()).join("\n"), /disk vda is in a block job \(Block Copy\)/);
      domain.state = "shut off";
      clock += 30_000;
      assert.deepEqual(await create(), []);
    });

    it("reports too little space for the memory, if the space can be read", async () => {
      hypervisor.free = 1000;
      assert.match((await create()).join("\n"), /may not fit: 0 MiB are free/);
      assert.deepEqual(await create({ diskOnly: true }), []);
      hypervisor.here = false;
      clock += 30_000;
      assert.deepEqual(await create(), []);
    });

    it("reports a missing domain once, after a second look", async () => {
      await create();
      const line =
        'The host has no domain "new" now. Unless this program defines it, no snapshot of it can be taken. It lists "debian12". Check domain and uri.';
      assert.deepEqual(await create({ domain: "new" }), [line]);
      assert.deepEqual(await create({ domain: "new", name: "b" }), []);
      hypervisor.define({ uuid: "22222222-2222-4222-8222-222222222222", name: "newer" });
      assert.deepEqual(await create({ domain: "newer" }), []);
    });

    it("prints nothing and sends no query if something is not known yet", async () => {
      for (const unknown of [
        { domain: UNKNOWN },
        { name: UNKNOWN },
        { memory: { snapshot: "external" as const, file: UNKNOWN } },
      ])
        assert.deepEqual(await create(unknown), []);
      assert.deepEqual(hypervisor.calls, []);
      has("a");
      assert.deepEqual(await create({ revert: { triggers: [UNKNOWN] }, description: UNKNOWN }), [NAME_TAKEN]);
    });

    it("looks again as soon as something has changed", async () => {
      assert.deepEqual(await create(), []);
      has("a");
      assert.deepEqual(await create(), []);
      preview.updateBegins();
      assert.deepEqual(await create(), [NAME_TAKEN]);
      domain.snapshots = [];
      assert.deepEqual(await create(), []);
    });
  });

  describe("of a host that cannot be reached", () => {
    const line = "Snapshots and reverts were not checked against the host: virsh was not found.";

    it("prints one line, after one attempt, for all resources", async () => {
      hypervisor.fail("listDomains", said("Unreachable", "virsh was not found"));
      assert.deepEqual(await preview.beforeCreate(INPUTS), [{ severity: "info", text: line }]);
      assert.deepEqual(await create({ name: "b" }), []);
      assert.equal((await change({}, { revert: { triggers: [1] } })).length, 1);
      assert.deepEqual(hypervisor.methods, ["listDomains"]);
    });

    it("names the host, without a password", async () => {
      hypervisor.fail("listDomains", said("Unreachable", "no route"));
      assert.deepEqual(await create({ uri: "qemu+ssh://me:secret@far/system" }), [
        "Snapshots and reverts were not checked against the host qemu+ssh://me:***@far/system: no route.",
      ]);
    });

    it("still reports what a revert does according to the state", async () => {
      hypervisor.fail("listDomains", said("Unreachable", "virsh was not found"));
      assert.deepEqual(await change({}, { revert: { triggers: [1] } }), [
        line,
        'debian12 will go back to snapshot "a", taken 2027-01-15T08:00:01Z: everything since then, on disk and in memory, is discarded.',
      ]);
    });

    it("does not wait longer than its own time limit", async () => {
      hypervisor.during("listDomains", () => (clock += 4000));
      for (const uri of ["qemu+ssh://a/system", "qemu+ssh://b/system", "qemu+ssh://c/system"])
        await create({ uri });
      assert.deepEqual(
        opened.map(({ timeoutSeconds }) => timeoutSeconds),
        [10, 6, 2],
      );
      assert.match((await create({ uri: "qemu+ssh://d/system" })).join("\n"), /ran out before it began/);
    });
  });

  describe("before a change", () => {
    it("sends no query if nothing on the host changes", async () => {
      await change({}, { atomic: true });
      assert.deepEqual(hypervisor.calls, []);
    });

    it("stops if the domain's name belongs to another domain now", async () => {
      const stopped =
        /"debian12" is the name of domain .* now, and the snapshot belongs to domain .*, which is called "renamed" now/;
      domain.name = "renamed";
      hypervisor.define({ uuid: domain.uuid.replace(/.$/, "0"), name: "debian12" });
      await assert.rejects(change({}, { description: "x" }), stopped);
      await assert.rejects(change({}, { name: "b" }), stopped);
      await assert.rejects(change({}, { revert: { triggers: ["x"] } }), stopped);
    });

    it("names what is deleted together, now and from now on", async () => {
      has("a");
      has("b", "a");
      assert.match(
        (await change({ deleteScope: "children" }, { diskOnly: true })).join("\n"),
        /^Deleted together with snapshot "a" of debian12: "b", which came after it/m,
      );
      assert.match((await change({}, { deleteScope: "childrenOnly" })).join("\n"), /; now these are "b"\.$/);
    });

    it("reports what would make a revert fail", async () => {
      const now = { revert: { triggers: [1] } };
      assert.match((await change({}, now))[0] ?? "", /would fail: .* Refresh to see/);
      domain.snapshots.push({ name: "e", creationTime: 1_800_000_001, state: "shutoff", captured: EXTERNAL });
      assert.match(
        (await change({ name: "e" }, now))[0] ?? "",
        /libvirt 9\.0\.0 cannot revert to an external/,
      );
    });

    it("expects that the old snapshot of the same name is deleted first", async () => {
      has("a");
      hypervisor.tags.set(IMAGE, ["a"]);
      hypervisor.files.add("/m");
      const external: Partial<SnapshotState> = {
        memory: { snapshot: "external", file: "/m" },
        capturedMemory: { snapshot: "external", file: "/m" },
      };
      assert.deepEqual(await create(), [NAME_TAKEN]);
      assert.equal((await change({}, { diskOnly: true })).length, 1);
      assert.deepEqual(await create(), []);
      await change(external, { disks: [{ name: "vda", snapshot: "external" }] });
      assert.deepEqual(await create({ memory: { snapshot: "external", file: "/m" } }), []);
    });

    it("expects that the data stays if libvirt deletes only metadata", async () => {
      has("a");
      hypervisor.tags.set(IMAGE, ["a"]);
      await change({ deleteScope: "metadata" }, { disks: [{ name: "vda", snapshot: "internal" }] });
      assert.match(
        (await create()).join("\n"),
        /the image .* holds a snapshot "a" that libvirt does not know/,
      );
    });
  });
});
