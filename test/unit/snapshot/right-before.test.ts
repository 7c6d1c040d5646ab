import assert from "node:assert/strict";
import { create } from "../../../provider/snapshot/create/create.js";
import { deleteWithSafety } from "../../../provider/snapshot/delete/delete.js";
import { update } from "../../../provider/snapshot/update.js";
import { inputsOf } from "../../../provider/snapshot/state.js";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import {
  domainOn,
  EXTERNAL,
  FakeHypervisor,
  INTERNAL,
  type FakeDomain,
} from "../hypervisor/fake-hypervisor.js";
import { fakeOperation } from "../hypervisor/fake-operation.js";
import { failsWith } from "./rejects.js";
import { stateWith, UUID } from "./states.js";

const NEXT = "Nothing was changed. A new preview shows what would happen now.";

/** What someone else does between the look and the act, seen right before the act, after a wait and without one. */
describe("right before the act", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [{ name: "a", creationTime: 1_800_000_001 }],
      current: "a",
    });
  });
  /** The look is over once the domain is asked for a job. */
  const meanwhile = (act: () => void) => hypervisor.during("domainControl", act);
  const replaced = () => (domain.snapshots = [{ name: "a", creationTime: 1_800_000_777 }]);
  const renamed = () => {
    domain.name = "old";
    hypervisor.define({ uuid: UUID.replace(/.$/, "0"), name: "debian12" });
  };
  const revert = () =>
    update(fakeOperation(hypervisor), stateWith(), {
      ...inputsOf(stateWith()),
      revert: { triggers: ["x"] },
    });
  const describeIt = () =>
    update(fakeOperation(hypervisor), stateWith(), { ...inputsOf(stateWith()), description: "x" });
  const anotherOne =
    /the snapshot of that name was taken 2027-01-15T08:12:57Z, and the one in the state 2027-01-15T08:00:01Z: it is another snapshot/;

  for (const [when, busy] of [
    ["without a wait", []],
    ["after a wait", ["background job (1.0s)"]],
  ] as const) {
    describe(when, function () {
      beforeEach(() => (domain.control = [...busy]));

      it("a delete leaves a snapshot alone that replaced the one that is meant", async () => {
        meanwhile(replaced);
        await deleteWithSafety(fakeOperation(hypervisor), stateWith());
        assert.deepEqual(hypervisor.changes, []);
        assert.equal(domain.snapshots.length, 1);
      });

      it("a delete with descendants stops if there are more of them", async () => {
        meanwhile(() => {
          domain.snapshots = domain.snapshots.filter(({ name }) => name === "a");
          domain.snapshots.push({ name: "theirs", creationTime: 1_800_000_002, parent: "a" });
        });
        await failsWith(
          deleteWithSafety(fakeOperation(hypervisor), stateWith({ deleteScope: "children" })),
          "Conflict",
          'Unable to delete snapshot "a" of debian12: someone else changed the host in the meantime: ' +
            `what came after it was nothing and is now "theirs". ${NEXT}`,
        );
        assert.deepEqual(hypervisor.changes, []);
      });

      it("a revert stops if another snapshot has the name", async () => {
        meanwhile(replaced);
        await assert.rejects(revert(), anotherOne);
        assert.deepEqual(hypervisor.changes, []);
      });

      it("a revert stops if someone has stopped the domain", async () => {
        meanwhile(() => (domain.state = "shut off"));
        await assert.rejects(
          revert(),
          /domain debian12 was running and is now shut off\. Nothing was changed/,
        );
        assert.deepEqual(hypervisor.changes, []);
      });

      it("a revert stops if it would lose something that was not named", async () => {
        meanwhile(() => (domain.saved = true));
        await assert.rejects(
          revert(),
          /what is lost beyond disks and memory was nothing and is now "the managed-save image is discarded"\. Nothing was changed/,
        );
        assert.deepEqual(hypervisor.changes, []);
      });

      it("a revert goes on if someone has only taken another snapshot", async () => {
        meanwhile(() => {
          if (domain.snapshots.length > 1) return;
          domain.snapshots.push({ name: "theirs", creationTime: 1_800_000_002, parent: "a" });
          domain.current = "theirs";
        });
        await revert();
        assert.equal(hypervisor.changes.length, 1);
      });

      it("an edit of the description stops if another snapshot has the name", async () => {
        meanwhile(replaced);
        await assert.rejects(describeIt(), anotherOne);
        assert.deepEqual(hypervisor.changes, []);
      });

      it("an edit of the description does not define a deleted snapshot again", async () => {
        meanwhile(() => (domain.snapshots = []));
        await failsWith(describeIt(), "NotFound");
        assert.deepEqual(hypervisor.changes, []);
      });

      it("a create stops if a file that it would overwrite has appeared", async () => {
        meanwhile(() => hypervisor.files.add("/m"));
        await failsWith(
          create(fakeOperation(hypervisor), {
            domain: "debian12",
            name: "b",
            memory: { snapshot: "external", file: "/m" },
          }),
          "Conflict",
        );
        assert.deepEqual(hypervisor.changes, []);
      });

      it("a create stops if an overlay that it would make has appeared", async () => {
        meanwhile(() => hypervisor.files.add("/images/vda.b"));
        await failsWith(
          create(fakeOperation(hypervisor), { domain: "debian12", name: "b", diskOnly: true }),
          "Conflict",
          'Unable to take snapshot "b" of debian12: name: the host already has a file "/images/vda.b". ' +
            "Nothing was changed. See what that file is. Then move it away, or name another one.",
        );
        assert.deepEqual(hypervisor.changes, []);
      });

      it("a create stops if someone has started the domain", async () => {
        domain.state = "shut off";
        meanwhile(() => (domain.state = "running"));
        await assert.rejects(
          create(fakeOperation(hypervisor), { domain: "debian12", name: "b" }),
          /domain debian12 was shut off and is now running\. Nothing was changed/,
        );
        assert.deepEqual(hypervisor.changes, []);
      });

      it("each stops if the domain's name belongs to another domain", async () => {
        meanwhile(renamed);
        const stopped = /"debian12" is the name of domain .* now, and the snapshot belongs to domain/;
        await assert.rejects(create(fakeOperation(hypervisor), { domain: "debian12", name: "b" }), stopped);
        domain.name = "debian12";
        hypervisor.domains.length = 1;
        await assert.rejects(revert(), stopped);
        domain.name = "debian12";
        hypervisor.domains.length = 1;
        await assert.rejects(describeIt(), stopped);
        assert.deepEqual(hypervisor.changes, []);
      });
    });
  }

  describe("where another snapshot has name and creation time", () => {
    const IMAGE_OF = "/images/vda.qcow2";
    const known = { imageDate: "2027-01-15T08:00:01.111111111Z", vmClock: "5.000000001" };
    const state = () => stateWith({ capturedDisks: [{ name: "vda", snapshot: "internal", ...known }] });
    beforeEach(() => {
      const [snapshot] = domain.snapshots;
      if (snapshot !== undefined) snapshot.captured = `${INTERNAL}${domainOn(IMAGE_OF)}`;
      hypervisor.dates.set(`${IMAGE_OF} a`, known);
    });
    const other = () =>
      hypervisor.dates.set(`${IMAGE_OF} a`, { ...known, imageDate: "2027-01-15T08:00:01.222222222Z" });
    const change = (changes: Partial<SnapshotInputs>) =>
      update(fakeOperation(hypervisor), state(), { ...inputsOf(state()), ...changes });
    const OTHER =
      /the image of disk "vda" says that it was taken 2027-01-15T08:00:01.222222222Z at 5.000000001 s of the guest's clock, and the one in the state was taken 2027-01-15T08:00:01.111111111Z at 5.000000001 s: it is another snapshot/;

    it("the image tells them apart: nothing is reverted, edited or deleted", async () => {
      other();
      await assert.rejects(change({ revert: { triggers: ["x"], force: true } }), OTHER);
      await assert.rejects(change({ description: "x" }), OTHER);
      await deleteWithSafety(fakeOperation(hypervisor), state());
      assert.deepEqual(hypervisor.changes, []);
    });

    it("the image tells them apart also if it was replaced during a wait", async () => {
      domain.control = ["background job (1.0s)"];
      meanwhile(other);
      await assert.rejects(change({ revert: { triggers: ["x"], force: true } }), OTHER);
      domain.control = ["background job (1.0s)"];
      hypervisor.dates.set(`${IMAGE_OF} a`, known);
      await deleteWithSafety(fakeOperation(hypervisor), state());
      assert.deepEqual(hypervisor.changes, []);
    });

    it("an image that cannot be read proves nothing", async () => {
      hypervisor.dates.clear();
      await deleteWithSafety(fakeOperation(hypervisor), state());
      assert.equal(hypervisor.changes.length, 1);
    });
  });

  it("two creates of one run do not write one file: the second finds it", async () => {
    const other = hypervisor.define({ uuid: UUID.replace(/.$/, "0"), name: "other" });
    const operation = fakeOperation(hypervisor);
    hypervisor.during("createSnapshot", () => hypervisor.files.add("/m"));
    const memory = { snapshot: "external" as const, file: "/m" };
    const [one, two] = await Promise.allSettled([
      create(operation, { domain: "debian12", name: "b", memory }),
      create(operation, { domain: "other", name: "b", memory }),
    ]);
    assert.deepEqual([one.status, two.status], ["fulfilled", "rejected"]);
    assert.match(String(two.status === "rejected" && two.reason), /the host already has a file "\/m"/);
    assert.deepEqual(other.snapshots, []);
  });

  it("a delete of an external snapshot stops if the domain has moved to another one", async () => {
    domain.snapshots = [
      { name: "a", creationTime: 1_800_000_001, state: "disk-snapshot", captured: EXTERNAL },
    ];
    meanwhile(() => {
      domain.snapshots.push({ name: "theirs", creationTime: 1_800_000_002, parent: "a" });
      domain.current = "theirs";
    });
    await assert.rejects(
      deleteWithSafety(fakeOperation(hypervisor), stateWith()),
      /what came after it was nothing and is now "theirs"|Delete "theirs" first|would lose its data/,
    );
    assert.deepEqual(hypervisor.changes, []);
  });
});
