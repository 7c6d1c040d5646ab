import assert from "node:assert/strict";
import type { Notice } from "../../../../provider/hypervisor/notice.js";
import { ProviderMemory } from "../../../../provider/hypervisor/operation.js";
import { deleteWithSafety } from "../../../../provider/snapshot/delete/delete.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { operationOn } from "../../hypervisor/fake-operation.js";
import {
  domainOn,
  ENDLESSLY,
  type FakeDomain,
  FakeHypervisor,
  IMAGE,
  INTERNAL,
  said,
} from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { stateWith, UUID } from "../states.js";

const LIMIT = said("Timeout", "the time limit of 600 s ran out while it ran");

const SEQUENCE = [
  "readSnapshot",
  "domainState",
  // Right before the delete, in one process.
  "domainControl",
  "readSnapshot",
  "domainState",
  "deleteSnapshot",
  "readSnapshot",
];

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
  const tell = ({ text }: Notice) => void told.push(text);
  const operation = (host = fakeHost(hypervisor)) => operationOn(host, { tell });
  const left = () => domain.snapshots.map(({ name }) => name);

  it("deletes it alone, and checks that it is gone", async () => {
    await deleteWithSafety(operation(), stateWith());
    assert.deepEqual(left(), ["b"]);
    assert.deepEqual(hypervisor.methods, SEQUENCE);
    assert.deepEqual(hypervisor.changes, [["deleteSnapshot", UUID, "a", {}]]);
  });

  it("deletes by name a snapshot that could never be read back", async () => {
    const { creationTime: _never, ...state } = stateWith();
    await deleteWithSafety(operation(), state);
    assert.deepEqual(left(), ["b"]);
  });

  it("does nothing if it is already gone", async () => {
    deleteIt();
    await deleteWithSafety(operation(), stateWith());
    assert.deepEqual(hypervisor.changes, []);
  });

  it("does nothing if its domain is gone", async () => {
    hypervisor.domains.length = 0;
    await deleteWithSafety(operation(), stateWith());
    assert.deepEqual(hypervisor.changes, []);
  });

  it("does not touch another snapshot that has its name now", async () => {
    domain.snapshots = [{ name: "a", creationTime: 1_800_000_002 }];
    await deleteWithSafety(operation(), stateWith());
    assert.deepEqual(left(), ["a"]);
    assert.deepEqual(hypervisor.changes, []);
  });

  it("succeeds if another client deletes it in between", async () => {
    hypervisor.fail("deleteSnapshot", said("NotFound", "Domain snapshot not found: a"), {
      meanwhile: deleteIt,
    });
    await deleteWithSafety(operation(), stateWith());
  });

  it("does not succeed only because libvirt reports success", async () => {
    const silent = fakeHost(hypervisor);
    silent.deleteSnapshot = () => Promise.resolve();
    await failsWith(
      deleteWithSafety(operation(silent), stateWith()),
      "Unexpected",
      `Unable to delete snapshot "a" of debian12: libvirt reported success, but "a" is still there. Look with virsh snapshot-list ${UUID} --tree. The next update or destroy tries again.`,
    );
  });

  it("reports libvirt's error", async () => {
    hypervisor.fail("deleteSnapshot", said("Unsupported", "Operation not supported: no", "Do that."));
    await failsWith(
      deleteWithSafety(operation(), stateWith()),
      "Unsupported",
      'Unable to delete snapshot "a" of debian12: Operation not supported: no. Do that.',
    );
  });

  it("treats neither an unreachable host nor a refused login as absence", async () => {
    for (const kind of ["Unreachable", "Denied", "Timeout", "Unexpected"] as const) {
      const host = fakeHost(hypervisor);
      host.readSnapshot = () => Promise.reject(said(kind, "no"));
      await failsWith(deleteWithSafety(operation(host), stateWith()), kind);
    }
    assert.deepEqual(hypervisor.changes, []);
  });

  it("succeeds if the host finished it after the time limit", async () => {
    hypervisor.fail("deleteSnapshot", LIMIT, { meanwhile: deleteIt });
    await deleteWithSafety(operation(), stateWith());
    assert.equal(hypervisor.changes.length, 1);
  });

  it("has extra time to check when the limit ran out at the very end", async () => {
    const left = { now: 600_000, afterwards: 30_000 };
    const host = fakeHost(hypervisor, undefined, left);
    hypervisor.during("deleteSnapshot", () => (left.now = 0));
    await deleteWithSafety(operation(host), stateWith());
    assert.deepEqual(hypervisor.methods, SEQUENCE);
  });

  it("reports after the time limit that the host is done and the snapshot still exists", async () => {
    hypervisor.fail("deleteSnapshot", LIMIT);
    await failsWith(
      deleteWithSafety(operation(), stateWith()),
      "Timeout",
      'Unable to delete snapshot "a" of debian12: the time limit of 600 s ran out while it ran. The host is done, and the snapshot is still there. debian12 is "running" now. The next update or destroy tries again.',
    );
  });

  it("reports that the data is gone where the daemon died and kept only its own record", async () => {
    const [snapshot] = domain.snapshots;
    if (snapshot !== undefined) snapshot.captured = `${INTERNAL}${domainOn(IMAGE)}`;
    hypervisor.fail("deleteSnapshot", LIMIT, { meanwhile: () => hypervisor.tags.set(IMAGE, []) });
    const { next } = await failsWith(deleteWithSafety(operation(), stateWith()), "Timeout");
    assert.equal(
      next,
      `The host is done: the snapshot is still on libvirt's list, and its data is gone from "${IMAGE}". ` +
        'debian12 is "running" now. The next update or destroy tries again.',
    );
  });

  it("reports after the time limit what the host is busy with", async () => {
    hypervisor.fail("deleteSnapshot", LIMIT, {
      meanwhile: () => (domain.control = ["background job (31.0s)", ENDLESSLY]),
    });
    const host = fakeHost(hypervisor, undefined, { now: 600_000, afterwards: 900 });
    const { next } = await failsWith(deleteWithSafety(operation(host), stateWith()), "Timeout");
    assert.equal(
      next,
      "debian12 is still busy with it (background job (31.0s)). The next update or destroy tries again.",
    );
  });

  it("reports a safety snapshot that is in no state, and leaves it", async () => {
    domain.snapshots.push({ name: "a-before-revert-20270101T000000Z", creationTime: 1_800_000_010 });
    const revert = { safetySnapshot: { keep: 1 } };
    await deleteWithSafety(operation(), stateWith({ revert }));
    assert.deepEqual(told, [
      '"a-before-revert-20270101T000000Z" of debian12: taken before an earlier revert that was interrupted, and in no state. ' +
        "Delete what you do not need of it with virsh snapshot-delete.",
    ]);
    assert.deepEqual(left(), ["b", "a-before-revert-20270101T000000Z"]);
  });

  it("names the snapshot if the host cannot be reached", async () => {
    hypervisor.fail("readSnapshot", said("Unreachable", "Failed to connect socket"));
    await failsWith(
      deleteWithSafety(operation(), stateWith()),
      "Unreachable",
      'Unable to delete snapshot "a" of debian12: Failed to connect socket.',
    );
  });

  it("waits for earlier operations on the domain", async () => {
    const order: string[] = [];
    const [first, second] = [fakeHost(hypervisor), fakeHost(hypervisor)];
    for (const [host, name] of [[first, "a"] as const, [second, "b"] as const]) {
      const del = host.deleteSnapshot.bind(host);
      host.deleteSnapshot = async (uuid, snapshot, request) => {
        order.push(`${name} begins`);
        await del(uuid, snapshot, request);
        order.push(`${name} ends`);
      };
    }
    const other = stateWith({ name: "b", creationTime: "2027-01-15T08:00:09Z" });
    const memory = new ProviderMemory();
    await Promise.all([
      deleteWithSafety({ ...operation(first), memory }, stateWith()),
      deleteWithSafety({ ...operation(second), memory }, other),
    ]);
    assert.deepEqual(order, ["a begins", "a ends", "b begins", "b ends"]);
    assert.deepEqual(left(), []);
  });
});
