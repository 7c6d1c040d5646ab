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
      // Another one in each test: a run reverts a domain once.
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

  it("takes it first, and remembers it", async () => {
    const { lastRevert, safetySnapshots } = await reverted();
    assert.deepEqual(methods(), ["createSnapshot", "revertSnapshot"]);
    assert.deepEqual(safetySnapshots, [SAFETY]);
    assert.deepEqual(lastRevert, { at: NOW.toISOString(), triggers: ["x"], safetySnapshot: NAME });
  });

  it("deletes the older ones that it took itself, and no others", async () => {
    const { safetySnapshots } = await reverted({}, { safetySnapshots: [OLD] });
    assert.deepEqual(methods(), ["createSnapshot", "revertSnapshot", "deleteSnapshot"]);
    assert.deepEqual(safetySnapshots, [SAFETY]);
    assert.deepEqual(
      domain.snapshots.map(({ name }) => name),
      ["a", NAME],
    );
  });

  it("keeps as many as it is told to", async () => {
    const { safetySnapshots } = await reverted({ safetySnapshot: { keep: 2 } }, { safetySnapshots: [OLD] });
    assert.deepEqual(safetySnapshots, [OLD, SAFETY]);
  });

  it("keeps an older one that cannot be deleted, and the revert stays done", async () => {
    hypervisor.fail("deleteSnapshot", said("Unsupported", "no"));
    const { safetySnapshots, lastRevert } = await reverted({}, { safetySnapshots: [OLD] });
    assert.deepEqual(safetySnapshots, [OLD, SAFETY]);
    assert.equal(lastRevert?.safetySnapshot, NAME);
    assert.match(told[1] ?? "", /^The old safety snapshot "old" of debian12 stays for now: /);
  });

  it("does not go back where it could not be taken", async () => {
    hypervisor.fail("createSnapshot", said("Unexpected", "no"));
    await failsWith(reverted(), "Unexpected", `Unable to take snapshot "${NAME}" of debian12: no.`);
    assert.deepEqual(methods(), ["createSnapshot"]);
  });

  it("is not taken where the revert is refused", async () => {
    hypervisor.tags.set("/images/vda.qcow2", []);
    await failsWith(reverted(), "Unsupported");
    assert.deepEqual(methods(), []);
  });

  it("is kept in the state where the revert then fails, with the triggers of before", async () => {
    hypervisor.fail("revertSnapshot", said("Unexpected", "operation failed: no"));
    const { state: kept } = await isIncomplete(
      reverted({}, { safetySnapshots: [OLD], revert: { triggers: ["before"] } }),
      `Unable to revert debian12 to snapshot "a": operation failed: no. debian12 is "running" now. The old triggers are kept, so the next update tries the revert again. The previous state is in snapshot "${NAME}".`,
    );
    assert.deepEqual(kept.safetySnapshots, [OLD, SAFETY]);
    assert.deepEqual(kept.revert, { triggers: ["before"] });
    assert.equal(kept.lastRevert, undefined);
  });

  it("tells of one that an earlier revert took and no state remembers, and leaves it", async () => {
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

  it("fails as an ordinary error where there is none to be kept", async () => {
    hypervisor.fail("revertSnapshot", said("Unexpected", "operation failed: no"));
    await failsWith(reverted({ safetySnapshot: undefined }), "Unexpected");
  });

  it("of a domain that is to be off stops it afterwards", async () => {
    await reverted({ to: "shutoff", safetySnapshot: undefined });
    assert.deepEqual(methods(), ["revertSnapshot", "destroyDomain"]);
    assert.equal(domain.state, "shut off");
  });

  it("of a domain that is off afterwards anyway stops nothing", async () => {
    Object.assign(domain.snapshots[0] ?? {}, {
      state: "shutoff",
      captured: "<memory snapshot='no'/><disks><disk name='vda' snapshot='internal'/></disks>",
    });
    await reverted({ to: "shutoff", safetySnapshot: undefined });
    assert.deepEqual(methods(), ["revertSnapshot"]);
  });
});
