import assert from "node:assert/strict";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { inputsOf, type SnapshotState } from "../../../../provider/snapshot/state.js";
import { update } from "../../../../provider/snapshot/update.js";
import { fakeOperation, NOW } from "../../hypervisor/fake-operation.js";
import { FakeHypervisor, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith, isIncomplete } from "../rejects.js";
import { stateWith } from "../states.js";

const NAME = "a-before-revert-20270115T090000Z";
const SAFETY = { name: NAME, creationTime: "2027-01-15T08:00:09Z" };
const OLD = { name: "old", creationTime: "2027-01-15T08:00:02Z" };
let count = 0;

describe("a revert with a safety snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let state: SnapshotState;
  let told: string[];
  beforeEach(() => {
    count += 1;
    told = [];
    hypervisor = new FakeHypervisor();
    hypervisor.clock = 1_800_000_008;
    domain = hypervisor.define({
      // Another domain in each test, because a run reverts a domain once.
      uuid: `00000000-0000-4000-b000-${String(count).padStart(12, "0")}`,
      name: "debian12",
      snapshots: [
        { name: "a", creationTime: 1_800_000_001 },
        { name: "old", creationTime: 1_800_000_002 },
      ],
      current: "a",
    });
    state = stateWith({ domainUuid: domain.uuid });
  });

  function reverted(revert: SnapshotInputs["revert"] = {}, from: Partial<SnapshotState> = {}) {
    const before = { ...state, ...from };
    const asked = { safetySnapshot: { keep: 1 }, triggers: ["x"], ...revert };
    const operation = fakeOperation(hypervisor, { tell: ({ text }) => void told.push(text) });
    return update(operation, before, { ...inputsOf(before), revert: asked });
  }
  const methods = () => hypervisor.changes.map(([method]) => method);

  it("takes the snapshot first, and records it", async () => {
    const { lastRevert, safetySnapshots } = await reverted();
    assert.deepEqual(methods(), ["createSnapshot", "revertSnapshot"]);
    assert.deepEqual(safetySnapshots, [SAFETY]);
    assert.deepEqual(lastRevert, { at: NOW.toISOString(), triggers: ["x"], safetySnapshot: NAME });
  });

  it("deletes its own older safety snapshots, and no others", async () => {
    const { safetySnapshots } = await reverted({}, { safetySnapshots: [OLD] });
    assert.deepEqual(methods(), ["createSnapshot", "revertSnapshot", "deleteSnapshot"]);
    assert.deepEqual(safetySnapshots, [SAFETY]);
    assert.deepEqual(
      domain.snapshots.map(({ name }) => name),
      ["a", NAME],
    );
  });

  it("keeps as many as keep says", async () => {
    const { safetySnapshots } = await reverted({ safetySnapshot: { keep: 2 } }, { safetySnapshots: [OLD] });
    assert.deepEqual(safetySnapshots, [OLD, SAFETY]);
  });

  it("succeeds although an older one cannot be deleted, and keeps that", async () => {
    hypervisor.fail("deleteSnapshot", said("Unsupported", "no"));
    const { safetySnapshots, lastRevert } = await reverted({}, { safetySnapshots: [OLD] });
    assert.deepEqual(safetySnapshots, [OLD, SAFETY]);
    assert.equal(lastRevert?.safetySnapshot, NAME);
    assert.match(told[1] ?? "", /^The old safety snapshot "old" of debian12 stays for now: /);
  });

  it("does not revert if the safety snapshot fails", async () => {
    hypervisor.fail("createSnapshot", said("Unexpected", "no"));
    await failsWith(reverted(), "Unexpected", `Unable to take snapshot "${NAME}" of debian12: no.`);
    assert.deepEqual(methods(), ["createSnapshot"]);
  });

  it("takes no safety snapshot if the revert is refused", async () => {
    hypervisor.tags.set("/images/vda.qcow2", []);
    await failsWith(reverted(), "Unsupported");
    assert.deepEqual(methods(), []);
  });

  it("records the safety snapshot if the revert then fails, with the old triggers", async () => {
    hypervisor.fail("revertSnapshot", said("Unexpected", "operation failed: no"));
    const { state: kept } = await isIncomplete(
      reverted({}, { safetySnapshots: [OLD], revert: { triggers: ["before"] } }),
      `Unable to revert debian12 to snapshot "a": operation failed: no. debian12 is "running" now. The old triggers are kept, so the next update tries the revert again. The previous state is in snapshot "${NAME}".`,
    );
    assert.deepEqual(kept.safetySnapshots, [OLD, { ...SAFETY, pending: [] }]);
    assert.deepEqual(kept.revert, { triggers: ["before"] });
    assert.equal(kept.lastRevert, undefined);
  });

  describe("after a revert that failed", () => {
    const IMAGE = "/images/vda.qcow2";
    /** The safety snapshot of the failed attempt holds everything; the domain is off. */
    const failed = (stamp = "1"): Partial<SnapshotState> => {
      domain.snapshots.push({ name: "first", creationTime: 1_800_000_003 });
      Object.assign(domain, { current: "first", state: "shut off" });
      hypervisor.stamps.set(IMAGE, stamp);
      return { safetySnapshots: [OLD, { ...FIRST, pending: [{ file: IMAGE, stamp: "1" }] }] };
    };
    const FIRST = { name: "first", creationTime: "2027-01-15T08:00:03Z" };

    it("records how the images were left", async () => {
      hypervisor.stamps.set(IMAGE, "1");
      hypervisor.fail("revertSnapshot", said("Unexpected", "operation failed: no"), {
        meanwhile: () => (domain.state = "shut off"),
      });
      const { state: kept } = await isIncomplete(reverted());
      assert.deepEqual(kept.safetySnapshots, [{ ...SAFETY, pending: [{ file: IMAGE, stamp: "1" }] }]);
    });

    it("takes no other one where nothing was written since, and keeps the first for the next revert to prune", async () => {
      const after = await reverted({}, failed());
      assert.deepEqual(methods(), ["revertSnapshot", "deleteSnapshot"]);
      assert.deepEqual(after.safetySnapshots, [FIRST]);
      assert.equal(after.lastRevert?.safetySnapshot, "first");
      assert.match(
        told[0] ?? "",
        /everything since then is kept in snapshot "first", which an earlier attempt took/,
      );
    });

    const anew: [why: string, change: () => void][] = [
      ["the image was written to", () => hypervisor.stamps.set(IMAGE, "2")],
      ["the image cannot be seen", () => hypervisor.stamps.clear()],
      ["the domain runs", () => (domain.state = "running")],
      ["another snapshot is current", () => (domain.current = "a")],
      ["it was replaced", () => (domain.snapshots[2] = { name: "first", creationTime: 1 })],
    ];
    for (const [why, change] of anew) {
      it(`takes another one where ${why}, and deletes only older ones whatever keep says`, async () => {
        const from = failed();
        change();
        const after = await reverted({}, from);
        assert.deepEqual(methods(), ["createSnapshot", "revertSnapshot", "deleteSnapshot"]);
        assert.deepEqual(hypervisor.changes.at(-1)?.[2], "old");
        assert.deepEqual(after.safetySnapshots, [FIRST, SAFETY]);
      });
    }

    it("drops one that was never finished, and says what is left of it", async () => {
      const half = "a-before-revert-20270101T000000Z";
      hypervisor.tags.set(IMAGE, ["a", half]);
      const after = await reverted({}, { safetySnapshots: [{ name: half, pending: [] }] });
      assert.deepEqual(after.safetySnapshots, [SAFETY]);
      assert.match(
        told.join("\n"),
        new RegExp(`The image "${IMAGE}" of debian12 holds "${half}", which libvirt does not know`),
      );
    });

    it("does not call one the previous state that could not be read back", async () => {
      hypervisor.fail("createSnapshot", said("Unreachable", "gone"));
      hypervisor.fail("domainControl", said("Denied", "no"), { nth: 2 });
      const { message } = await isIncomplete(reverted());
      assert.match(
        message,
        /It is not known yet whether the current state is in snapshot "a-before-revert-20270115T090000Z"\./,
      );
      assert.doesNotMatch(message, /The previous state is in/);
    });
  });

  it("reports a safety snapshot of an earlier revert that no state records, and leaves it", async () => {
    const names = [
      "a-before-revert-20270101T000000Z",
      "a-before-revert-later",
      "b-before-revert-20270101T000000Z",
    ];
    domain.snapshots.push(...names.map((name) => ({ name, creationTime: 1_800_000_003 })));
    const { safetySnapshots } = await reverted({}, { safetySnapshots: [OLD] });
    assert.deepEqual(told.slice(1), [
      '"a-before-revert-20270101T000000Z" of debian12: taken before an earlier revert that was interrupted, and in no state. ' +
        "Delete what you do not need of it with virsh snapshot-delete.",
    ]);
    assert.deepEqual(safetySnapshots, [SAFETY]);
  });

  it("fails with an ordinary error if there is nothing to record", async () => {
    hypervisor.fail("revertSnapshot", said("Unexpected", "operation failed: no"));
    await failsWith(reverted({ safetySnapshot: undefined }), "Unexpected");
  });

  it("stops the domain afterwards if revert.to is shutoff", async () => {
    await reverted({ to: "shutoff", safetySnapshot: undefined });
    assert.deepEqual(methods(), ["revertSnapshot", "destroyDomain"]);
    assert.equal(domain.state, "shut off");
  });

  it("does not stop a domain that is off after the revert", async () => {
    Object.assign(domain.snapshots[0] ?? {}, {
      state: "shutoff",
      captured: "<memory snapshot='no'/><disks><disk name='vda' snapshot='internal'/></disks>",
    });
    await reverted({ to: "shutoff", safetySnapshot: undefined });
    assert.deepEqual(methods(), ["revertSnapshot"]);
  });
});
