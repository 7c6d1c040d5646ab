import assert from "node:assert/strict";
import type { Host } from "../../../../provider/hypervisor/host.js";
import { ProviderMemory } from "../../../../provider/hypervisor/operation.js";
import { deleteWithSafety } from "../../../../provider/snapshot/delete/delete.js";
import type { SnapshotState } from "../../../../provider/snapshot/state.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { fakeOperation, operationOn } from "../../hypervisor/fake-operation.js";
import { EXTERNAL, FakeHypervisor, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { stateWith, UUID } from "../states.js";

describe("deleting a snapshot with its scope", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let told: string[];
  beforeEach(() => {
    told = [];
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [
        { name: "root", creationTime: 1_800_000_000 },
        { name: "a", creationTime: 1_800_000_001, parent: "root" },
        { name: "b", creationTime: 1_800_000_002, parent: "a" },
        { name: "c", creationTime: 1_800_000_003, parent: "b" },
      ],
      current: "c",
    });
  });
  const left = () => domain.snapshots.map(({ name }) => name);
  const removed = (changes: Partial<SnapshotState> = {}) =>
    deleteWithSafety(
      fakeOperation(hypervisor, { tell: ({ text }) => void told.push(text) }),
      stateWith(changes),
    );
  const at = (second: number) => `2027-01-15T08:00:0${second}Z`;

  const scopes: [scope: SnapshotState["deleteScope"], request: object, left: string[], told: string[]][] = [
    ["snapshot", {}, ["root", "b", "c"], []],
    ["metadata", { metadata: true }, ["root", "b", "c"], []],
    [
      "children",
      { children: true },
      ["root"],
      ['Deleted together with snapshot "a" of debian12 (deleteScope "children"): "b", "c".'],
    ],
    [
      "childrenOnly",
      { childrenOnly: true },
      ["root", "a"],
      ['Deleted together with snapshot "a" of debian12 (deleteScope "childrenOnly"): "b", "c".'],
    ],
  ];
  for (const [deleteScope, request, stay, lines] of scopes) {
    it(`${deleteScope ?? ""} deletes exactly that, and names it first`, async () => {
      await removed({ deleteScope });
      assert.deepEqual(hypervisor.changes, [["deleteSnapshot", UUID, "a", request]]);
      assert.deepEqual([left(), told], [stay, lines]);
    });
  }

  it("names nothing if nothing came after it", async () => {
    await removed({ name: "c", creationTime: at(3), deleteScope: "children" });
    assert.deepEqual(told, []);
  });

  it("is not complete while a snapshot that it covers exists", async () => {
    const host = fakeHost(hypervisor);
    host.deleteSnapshot = () => Promise.resolve();
    await failsWith(
      deleteWithSafety(operationOn(host), stateWith({ deleteScope: "childrenOnly" })),
      "Unexpected",
      `Unable to delete snapshot "a" of debian12: libvirt reported success, but "b", "c" are still there. Look with virsh snapshot-list ${UUID} --tree. The next update or destroy tries again.`,
    );
  });

  it("is not complete because an ancestor of it is gone", async () => {
    Object.assign(domain.snapshots[1] ?? {}, { captured: EXTERNAL, parent: "gone" });
    await failsWith(removed(), "NotFound");
    assert.ok(left().includes("a"));
  });

  it("deletes its own safety snapshots first, and only those that are still the same", async () => {
    domain.snapshots.push({ name: "s1", creationTime: 1_800_000_004 }, { name: "s2", creationTime: 5 });
    await removed({
      safetySnapshots: [
        { name: "s1", creationTime: at(4) },
        { name: "s2", creationTime: at(5) },
        { name: "s3", creationTime: at(6) },
      ],
    });
    assert.deepEqual(
      hypervisor.changes.map(([, , name]) => name),
      ["s1", "a"],
    );
    assert.deepEqual(left(), ["root", "b", "c", "s2"]);
  });

  describe("whose memory is in a file", () => {
    const memory = { capturedMemory: { snapshot: "external", file: "/images/m" } } as const;
    beforeEach(() => {
      hypervisor.files.add("/images/m");
      for (const snapshot of domain.snapshots)
        snapshot.captured = "<memory snapshot='external' file='/images/m'/>";
    });

    it("removes the file too", async () => {
      await removed(memory);
      assert.deepEqual([...hypervisor.files], []);
      assert.deepEqual(told, []);
    });

    it("reports a file that cannot be removed from this machine", async () => {
      hypervisor.here = false;
      await removed(memory);
      assert.deepEqual(told, [
        'The memory file "/images/m" of the deleted snapshot "a" is left on the host, and cannot be removed from here.',
      ]);
    });

    it("reports nothing if libvirt removed the file itself", async () => {
      hypervisor.here = false;
      hypervisor.files.clear();
      await removed(memory);
      assert.deepEqual(told, []);
    });

    for (const deleteScope of ["metadata", "childrenOnly"] as const) {
      it(`keeps the file with deleteScope ${deleteScope}`, async () => {
        await removed({ ...memory, deleteScope });
        assert.deepEqual([...hypervisor.files], ["/images/m"]);
      });
    }

    it("keeps the file if the delete fails", async () => {
      hypervisor.fail("deleteSnapshot", said("Unsupported", "no"));
      await failsWith(removed(memory), "Unsupported");
      assert.deepEqual([...hypervisor.files], ["/images/m"]);
    });
  });

  describe("that libvirt refuses to delete before others", () => {
    /** Refuses to delete `name` as long as `until` exists. */
    function refuse(name: string, until: string): Host {
      const host = fakeHost(hypervisor);
      const del = host.deleteSnapshot.bind(host);
      host.deleteSnapshot = async (uuid, which, request) => {
        tries.push(which);
        if (which === name && left().includes(until)) throw said("Unsupported", `not before ${until}`);
        await del(uuid, which, request);
      };
      return host;
    }
    let tries: string[];
    let memory: ProviderMemory;
    beforeEach(() => {
      tries = [];
      memory = new ProviderMemory();
    });
    const [A, B] = [stateWith(), stateWith({ name: "b", creationTime: at(2) })];

    it("waits for the deletes that wait behind it, and then succeeds", async () => {
      await Promise.all([
        deleteWithSafety(operationOn(refuse("a", "b"), { memory }), A),
        deleteWithSafety(operationOn(refuse("b", "none"), { memory }), B),
      ]);
      assert.deepEqual(tries, ["a", "b", "a"]);
      assert.deepEqual(left(), ["root", "c"]);
    });

    it("fails at once if none waits behind it", async () => {
      await failsWith(
        deleteWithSafety(operationOn(refuse("a", "b"), { memory }), A),
        "Unsupported",
        'Unable to delete snapshot "a" of debian12: not before b.',
      );
      assert.deepEqual(tries, ["a"]);
    });

    it("ends without progress: two that can never be deleted both fail", async () => {
      const [first, second] = await Promise.allSettled([
        deleteWithSafety(operationOn(refuse("a", "root"), { memory }), A),
        deleteWithSafety(operationOn(refuse("b", "root"), { memory }), B),
      ]);
      assert.deepEqual([first.status, second.status], ["rejected", "rejected"]);
      assert.deepEqual(tries, ["a", "b", "a", "b"]);
      assert.deepEqual(left(), ["root", "a", "b", "c"]);
    });

    it("does not wait while the host may still be busy", async () => {
      hypervisor.fail("deleteSnapshot", said("Timeout", "the time limit ran out"), { nth: 1 });
      const [first, second] = await Promise.allSettled([
        deleteWithSafety(operationOn(refuse("none", "none"), { memory }), A),
        deleteWithSafety(operationOn(refuse("none", "none"), { memory }), B),
      ]);
      assert.deepEqual([first.status, second.status], ["rejected", "fulfilled"]);
      assert.deepEqual(tries, ["a", "b"]);
    });
  });
});
