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

describe("deleting a snapshot and what belongs to it", () => {
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
    it(`of scope ${deleteScope ?? ""} takes what it says, and names it before`, async () => {
      await removed({ deleteScope });
      assert.deepEqual(hypervisor.changes, [["deleteSnapshot", UUID, "a", request]]);
      assert.deepEqual([left(), told], [stay, lines]);
    });
  }

  it("names nobody where nothing came after it", async () => {
    await removed({ name: "c", creationTime: at(3), deleteScope: "children" });
    assert.deepEqual(told, []);
  });

  it("is not taken for done while something that was to go is there", async () => {
    const host = fakeHost(hypervisor);
    host.deleteSnapshot = () => Promise.resolve();
    await failsWith(
      deleteWithSafety(operationOn(host), stateWith({ deleteScope: "childrenOnly" })),
      "Unexpected",
      `Unable to delete snapshot "a" of debian12: libvirt reported success, but "b", "c" are still there. Look with virsh snapshot-list ${UUID} --tree. The next update or destroy tries again.`,
    );
  });

  it("is not taken for done because one that it came after is gone", async () => {
    Object.assign(domain.snapshots[1] ?? {}, { captured: EXTERNAL, parent: "gone" });
    await failsWith(removed(), "NotFound");
    assert.ok(left().includes("a"));
  });

  it("takes its safety snapshots along, first, and only those that are still the same", async () => {
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
    beforeEach(() => void hypervisor.files.add("/images/m"));

    it("removes the file as well", async () => {
      await removed(memory);
      assert.deepEqual([...hypervisor.files], []);
      assert.deepEqual(told, []);
    });

    it("tells where the file cannot be removed from here", async () => {
      hypervisor.here = false;
      await removed(memory);
      assert.deepEqual(told, [
        'The memory file "/images/m" of the deleted snapshot "a" is left on the host, and cannot be removed from here.',
      ]);
    });

    it("tells nothing where libvirt removed the file itself", async () => {
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

    it("keeps the file where the delete fails", async () => {
      hypervisor.fail("deleteSnapshot", said("Unsupported", "no"));
      await failsWith(removed(memory), "Unsupported");
      assert.deepEqual([...hypervisor.files], ["/images/m"]);
    });
  });

  describe("that libvirt does not delete before others", () => {
    /** Refuses to delete `name` for as long as `until` is there. */
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

    it("waits for those that wait behind it, and is deleted then", async () => {
      await Promise.all([
        deleteWithSafety(operationOn(refuse("a", "b"), { memory }), A),
        deleteWithSafety(operationOn(refuse("b", "none"), { memory }), B),
      ]);
      assert.deepEqual(tries, ["a", "b", "a"]);
      assert.deepEqual(left(), ["root", "c"]);
    });

    it("fails at once where nothing waits behind it", async () => {
      await failsWith(
        deleteWithSafety(operationOn(refuse("a", "b"), { memory }), A),
        "Unsupported",
        'Unable to delete snapshot "a" of debian12: not before b.',
      );
      assert.deepEqual(tries, ["a"]);
    });

    it("ends when nothing moves: two that can never be deleted both fail", async () => {
      const [first, second] = await Promise.allSettled([
        deleteWithSafety(operationOn(refuse("a", "root"), { memory }), A),
        deleteWithSafety(operationOn(refuse("b", "root"), { memory }), B),
      ]);
      assert.deepEqual([first.status, second.status], ["rejected", "rejected"]);
      assert.deepEqual(tries, ["a", "b", "a", "b"]);
      assert.deepEqual(left(), ["root", "a", "b", "c"]);
    });

    it("does not wait where the host may still be at it", async () => {
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
