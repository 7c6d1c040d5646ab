import assert from "node:assert/strict";
import { remove } from "../../../../provider/snapshot/delete/delete.js";
import { FakeHost } from "../../hypervisor/fake-host.js";
import { ENDLESSLY, FakeHypervisor, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { stateWith, UUID } from "../states.js";

const LIMIT = said("Timeout", "the time limit of 600 s ran out while it ran");

const SEQUENCE = ["readSnapshot", "domainState", "domainControl", "deleteSnapshot", "readSnapshot"];

describe("deleting a snapshot", () => {
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
        { name: "a", creationTime: 1_800_000_001 },
        { name: "b", creationTime: 1_800_000_009 },
      ],
    });
  });
  const deleteIt = () => void (domain.snapshots = domain.snapshots.filter(({ name }) => name !== "a"));
  const tell = (line: string) => void told.push(line);
  const left = () => domain.snapshots.map(({ name }) => name);

  it("deletes it alone, and looks whether it is gone", async () => {
    await remove(new FakeHost(hypervisor), stateWith(), tell);
    assert.deepEqual(left(), ["b"]);
    assert.deepEqual(hypervisor.methods, SEQUENCE);
    assert.deepEqual(hypervisor.changes, [["deleteSnapshot", UUID, "a", {}]]);
  });

  it("does not ask for jobs of a QEMU that is not there", async () => {
    domain.state = "shut off";
    await remove(new FakeHost(hypervisor), stateWith(), tell);
    assert.ok(!hypervisor.methods.includes("domainControl"));
  });

  it("deletes one that could never be read back, by its name", async () => {
    const { creationTime: _never, ...state } = stateWith();
    await remove(new FakeHost(hypervisor), state, tell);
    assert.deepEqual(left(), ["b"]);
  });

  it("has nothing to do when it is gone already", async () => {
    deleteIt();
    await remove(new FakeHost(hypervisor), stateWith(), tell);
    assert.deepEqual(hypervisor.changes, []);
  });

  it("has nothing to do when its domain is gone", async () => {
    hypervisor.domains.length = 0;
    await remove(new FakeHost(hypervisor), stateWith(), tell);
    assert.deepEqual(hypervisor.changes, []);
  });

  it("does not touch another one that has its name now", async () => {
    domain.snapshots = [{ name: "a", creationTime: 1_800_000_002 }];
    await remove(new FakeHost(hypervisor), stateWith(), tell);
    assert.deepEqual(left(), ["a"]);
    assert.deepEqual(hypervisor.changes, []);
  });

  it("is done when another deletes it in between", async () => {
    hypervisor.fail("deleteSnapshot", said("NotFound", "Domain snapshot not found: a"), {
      meanwhile: deleteIt,
    });
    await remove(new FakeHost(hypervisor), stateWith(), tell);
  });

  it("is not taken for done because libvirt says so", async () => {
    const silent = new FakeHost(hypervisor);
    silent.deleteSnapshot = () => Promise.resolve();
    await failsWith(
      remove(silent, stateWith(), tell),
      "Unexpected",
      `Unable to delete snapshot "a" of debian12: libvirt reported success, but "a" is still there. Look at it with virsh snapshot-list ${UUID} --tree, and run pulumi up again.`,
    );
  });

  it("passes on what the host refuses", async () => {
    hypervisor.fail("deleteSnapshot", said("Unsupported", "Operation not supported: no", "Do that."));
    await failsWith(
      remove(new FakeHost(hypervisor), stateWith(), tell),
      "Unsupported",
      'Unable to delete snapshot "a" of debian12: Operation not supported: no. Do that.',
    );
  });

  it("takes neither an unreachable host nor a refused login for absence", async () => {
    for (const kind of ["Unreachable", "Denied", "Timeout", "Unexpected"] as const) {
      const host = new FakeHost(hypervisor);
      host.readSnapshot = () => Promise.reject(said(kind, "no"));
      await failsWith(remove(host, stateWith(), tell), kind);
    }
    assert.deepEqual(hypervisor.changes, []);
  });

  it("is done when the host finished it after the time limit", async () => {
    hypervisor.fail("deleteSnapshot", LIMIT, { meanwhile: deleteIt });
    await remove(new FakeHost(hypervisor), stateWith(), tell);
    assert.equal(hypervisor.changes.length, 1);
  });

  it("is proven in time of its own when the limit ran out at the very end", async () => {
    const host = new FakeHost(hypervisor);
    hypervisor.during("deleteSnapshot", () => (host.left.now = 0));
    await remove(host, stateWith(), tell);
    assert.deepEqual(hypervisor.methods, SEQUENCE);
  });

  it("says what is there after the time limit when the host is done and it is not gone", async () => {
    hypervisor.fail("deleteSnapshot", LIMIT);
    await failsWith(
      remove(new FakeHost(hypervisor), stateWith(), tell),
      "Timeout",
      'Unable to delete snapshot "a" of debian12: the time limit of 600 s ran out while it ran. Afterwards: it is still there. Run pulumi up or pulumi destroy again to finish.',
    );
  });

  it("says what the host is busy with after the time limit", async () => {
    hypervisor.fail("deleteSnapshot", LIMIT, {
      meanwhile: () => (domain.control = ["background job (31.0s)", ENDLESSLY]),
    });
    const host = new FakeHost(hypervisor, undefined, { now: 600_000, afterwards: 900 });
    const { next } = await failsWith(remove(host, stateWith(), tell), "Timeout");
    assert.equal(
      next,
      "Afterwards: background job (31.0s). Run pulumi up or pulumi destroy again to finish.",
    );
  });

  it("tells of a safety snapshot that is in no state, and leaves it", async () => {
    domain.snapshots.push({ name: "a-before-revert-20270101T000000Z", creationTime: 1_800_000_010 });
    const revert = { safetySnapshot: { keep: 1 } };
    await remove(new FakeHost(hypervisor), stateWith({ revert }), tell);
    assert.deepEqual(told, [
      '"a-before-revert-20270101T000000Z" of debian12: taken before an earlier revert that was cut short, and in no state. ' +
        "Delete what is not needed of it with virsh snapshot-delete.",
    ]);
    assert.deepEqual(left(), ["b", "a-before-revert-20270101T000000Z"]);
  });

  it("says what it was about where the host cannot be reached", async () => {
    hypervisor.fail("readSnapshot", said("Unreachable", "Failed to connect socket"));
    await failsWith(
      remove(new FakeHost(hypervisor), stateWith(), tell),
      "Unreachable",
      'Unable to delete snapshot "a" of debian12: Failed to connect socket.',
    );
  });

  it("waits for what is asked of the domain before it", async () => {
    const order: string[] = [];
    const [first, second] = [new FakeHost(hypervisor), new FakeHost(hypervisor)];
    for (const [host, name] of [[first, "a"] as const, [second, "b"] as const]) {
      const del = host.deleteSnapshot.bind(host);
      host.deleteSnapshot = async (uuid, snapshot) => {
        order.push(`${name} begins`);
        await del(uuid, snapshot);
        order.push(`${name} ends`);
      };
    }
    const other = stateWith({ name: "b", creationTime: "2027-01-15T08:00:09Z" });
    await Promise.all([remove(first, stateWith(), tell), remove(second, other, tell)]);
    assert.deepEqual(order, ["a begins", "a ends", "b begins", "b ends"]);
    assert.deepEqual(left(), []);
  });
});
