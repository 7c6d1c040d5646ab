import assert from "node:assert/strict";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { inputsOf, type PartialState } from "../../../provider/snapshot/state.js";
import { update } from "../../../provider/snapshot/update.js";
import { fakeHost } from "../hypervisor/fake-host.js";
import { operationOn } from "../hypervisor/fake-operation.js";
import { FakeHypervisor, said, type FakeDomain } from "../hypervisor/fake-hypervisor.js";
import { failsWith, isIncomplete } from "./rejects.js";
import { stateWith } from "./states.js";

let count = 0;

/** A UUID that no other test has, because a run reverts a domain once. */
function freshUuid(): string {
  count += 1;
  return `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
}

describe("updating a snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let state: ReturnType<typeof stateWith>;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      uuid: freshUuid(),
      name: "debian12",
      snapshots: [{ name: "a", creationTime: 1_800_000_001 }],
      current: "a",
    });
    state = stateWith({ domainUuid: domain.uuid });
  });

  function updated(change: Partial<SnapshotInputs>, from: PartialState = state, host = fakeHost(hypervisor)) {
    return update(operationOn(host), from, { ...inputsOf(from), ...change });
  }

  it("sends no query for inputs that are only recorded", async () => {
    assert.deepEqual(await updated({ atomic: true, timeoutSeconds: 60 }), {
      ...state,
      atomic: true,
      timeoutSeconds: 60,
    });
    assert.deepEqual(hypervisor.calls, []);
  });

  it("drops removed inputs from the state, triggers among them, and sends no query", async () => {
    const from = { ...state, atomic: true, revert: { triggers: ["x"] } };
    assert.deepEqual(await updated({ atomic: undefined, revert: undefined }, from), {
      ...state,
      atomic: undefined,
      revert: undefined,
    });
    assert.deepEqual(hypervisor.calls, []);
  });

  describe("with a new description", () => {
    it("edits it in place, and keeps everything else", async () => {
      assert.deepEqual(await updated({ description: "ñ <&>\n" }), { ...state, description: "ñ <&>\n" });
      assert.deepEqual(domain.snapshots, [
        { name: "a", creationTime: 1_800_000_001, description: "ñ <&>\n" },
      ]);
      assert.deepEqual(
        hypervisor.changes.map(([method]) => method),
        ["redefineSnapshot"],
      );
    });

    it("removes it", async () => {
      Object.assign(domain.snapshots[0] ?? {}, { description: "before" });
      const after = await updated({ description: undefined }, { ...state, description: "before" });
      assert.equal(after.description, undefined);
      assert.deepEqual(domain.snapshots, [{ name: "a", creationTime: 1_800_000_001 }]);
    });

    it("does not edit another snapshot that has its name now", async () => {
      domain.snapshots = [{ name: "a", creationTime: 1_800_000_002 }];
      await failsWith(
        updated({ description: "x" }),
        "NotFound",
        'Unable to edit the description of snapshot "a" of debian12: the snapshot of that name was taken 2027-01-15T08:00:02Z, and the one in the state 2027-01-15T08:00:01Z: it is another snapshot. Nothing was changed. Refresh to see what is left.',
      );
      assert.deepEqual(hypervisor.changes, []);
    });

    it("fails if the snapshot is gone", async () => {
      domain.snapshots = [];
      await failsWith(
        updated({ description: "x" }),
        "NotFound",
        "Unable to edit the description of snapshot \"a\" of debian12: Domain snapshot not found: no domain snapshot 'a'. Nothing was changed. Refresh to see what is left.",
      );
    });

    it("does not define a snapshot again that someone deleted while the edit waited", async () => {
      hypervisor.fail("redefineSnapshot", said("Busy", "cannot acquire state change lock"), {
        nth: 1,
        meanwhile: () => (domain.snapshots = []),
      });
      await failsWith(updated({ description: "x" }), "NotFound");
      assert.deepEqual(domain.snapshots, []);
      assert.equal(hypervisor.changes.length, 1);
    });

    it("keeps what someone else changed in the document while the edit waited", async () => {
      hypervisor.fail("redefineSnapshot", said("Busy", "cannot acquire state change lock"), {
        nth: 1,
        meanwhile: () => Object.assign(domain.snapshots[0] ?? {}, { parent: "root" }),
      });
      assert.equal((await updated({ description: "x" })).description, "x");
      assert.match(String(hypervisor.changes.at(-1)?.[2]), /<parent><name>root<\/name><\/parent>/);
    });

    it("leaves the next step of a failed read as it is", async () => {
      const error = said("Unreachable", "End of file", "Look at the domain.").with({ begun: false });
      hypervisor.fail("readSnapshot", error);
      await failsWith(
        updated({ description: "x" }),
        "Unreachable",
        'Unable to edit the description of snapshot "a" of debian12: End of file. Look at the domain.',
      );
    });

    it("reports libvirt's error", async () => {
      hypervisor.fail("redefineSnapshot", said("Unsupported", "unsupported configuration: no", "Do that."));
      await failsWith(
        updated({ description: "x" }),
        "Unsupported",
        'Unable to edit the description of snapshot "a" of debian12: unsupported configuration: no. Do that.',
      );
    });

    it("fails with an ordinary error when it cannot be read back, so the next update tries again", async () => {
      hypervisor.fail("readSnapshot", said("Unreachable", "gone"), { nth: 2 });
      await failsWith(updated({ description: "x" }), "Unreachable");
    });
  });

  describe("with another URI", () => {
    const there = () => fakeHost(hypervisor, "qemu+ssh://root@h/system");

    it("records it after the same snapshot is found there", async () => {
      const after = await updated({ uri: "qemu+ssh://root@h/system" }, state, there());
      assert.deepEqual(after, { ...state, uri: "qemu+ssh://root@h/system" });
      assert.deepEqual(hypervisor.changes, []);
    });

    const refused: [what: string, change: () => void, words: string][] = [
      [
        "no such snapshot",
        () => (domain.snapshots = []),
        'snapshot "a" of debian12 was deleted outside of this program',
      ],
      [
        "another snapshot of that name",
        () => (domain.snapshots = [{ name: "a", creationTime: 5 }]),
        'snapshot "a" of debian12 was replaced outside of this program: the one in the state was taken 2027-01-15T08:00:01Z, the one on the host 1970-01-01T00:00:05Z',
      ],
    ];
    for (const [what, change, words] of refused) {
      it(`fails if there is ${what}, and changes nothing`, async () => {
        change();
        await failsWith(
          updated(
            { uri: "qemu+ssh://root@h/system", description: "x", revert: { triggers: [1] } },
            state,
            there(),
          ),
          "NotFound",
          `Unable to find snapshot "a" of debian12 at qemu+ssh://root@h/system: ${words}. Check uri, or refresh to see what is left.`,
        );
        assert.deepEqual(hypervisor.changes, []);
      });
    }
  });

  describe("with new triggers", () => {
    it("reverts once, and records when and why", async () => {
      domain.state = "shut off";
      domain.current = "b";
      const after = await updated({ revert: { triggers: ["x"] } });
      assert.deepEqual(after, {
        ...state,
        revert: { triggers: ["x"] },
        lastRevert: { at: "2027-01-15T09:00:00.000Z", triggers: ["x"] },
      });
      assert.deepEqual(hypervisor.changes, [["revertSnapshot", domain.uuid, "a", {}]]);
      assert.deepEqual([domain.state, domain.current], ["running", "a"]);
    });

    it("records a revert that cannot be read back, so it does not happen again", async () => {
      hypervisor.fail("currentSnapshot", said("Unreachable", "gone"), { nth: 3 });
      const { state: kept } = await isIncomplete(
        updated({ revert: { triggers: ["x"] } }),
        'debian12 went back to snapshot "a", but it could not be read back: Unable to run a command of virsh: gone. The revert will not be done again.',
      );
      assert.deepEqual(kept, {
        ...state,
        revert: { triggers: ["x"] },
        lastRevert: { at: "2027-01-15T09:00:00.000Z", triggers: ["x"] },
      });
    });

    it("has extra time to read back when the limit ran out at the very end", async () => {
      const left = { now: 600_000, afterwards: 30_000 };
      const host = fakeHost(hypervisor, undefined, left);
      hypervisor.during("revertSnapshot", () => (left.now = 0));
      const after = await updated({ revert: { triggers: ["x"] } }, state, host);
      assert.deepEqual(after.lastRevert?.triggers, ["x"]);
    });

    it("keeps the record of an earlier revert when another input changes", async () => {
      const lastRevert = { at: "2027-01-15T08:30:00.000Z", triggers: ["x"] };
      const from = { ...state, revert: { triggers: ["x"] }, lastRevert };
      assert.deepEqual((await updated({ description: "y" }, from)).lastRevert, lastRevert);
      assert.deepEqual((await updated({ atomic: true }, from)).lastRevert, lastRevert);
    });
  });

  describe("of a state that could not be read back", () => {
    const partial = (): PartialState => {
      const { creationTime: _never, state: _word, location: _kind, ...known } = state;
      const { isCurrent: _current, capturedDisks: _disks, capturedMemory: _memory, ...rest } = known;
      return rest;
    };

    it("completes it, although no input has changed", async () => {
      assert.deepEqual(await updated({}, partial()), state);
      assert.deepEqual(hypervisor.changes, []);
    });

    it("completes it first, and then applies the change", async () => {
      assert.deepEqual(await updated({ description: "x" }, partial()), { ...state, description: "x" });
    });

    it("keeps the completed state, although the read after a revert fails", async () => {
      hypervisor.fail("currentSnapshot", said("Unreachable", "gone"), { nth: 4 });
      const { state: kept } = await isIncomplete(updated({ revert: { triggers: ["x"] } }, partial()));
      assert.deepEqual(kept, {
        ...state,
        revert: { triggers: ["x"] },
        lastRevert: { at: "2027-01-15T09:00:00.000Z", triggers: ["x"] },
      });
    });

    it("fails if the snapshot was never taken", async () => {
      domain.snapshots = [];
      await failsWith(updated({}, partial()), "NotFound");
    });
  });

  it("waits for earlier operations on the domain", async () => {
    const operation = operationOn(fakeHost(hypervisor));
    const [first, second] = await Promise.all(
      ["first", "second"].map((description) => update(operation, state, { ...inputsOf(state), description })),
    );
    assert.deepEqual([first?.description, second?.description], ["first", "second"]);
  });
});
