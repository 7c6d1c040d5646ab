import assert from "node:assert/strict";
import { IncompleteError } from "../../../provider/snapshot/incomplete.js";
import { deleteWithSafety } from "../../../provider/snapshot/delete/delete.js";
import { changesAnything, plan } from "../../../provider/snapshot/plan.js";
import { read } from "../../../provider/snapshot/read.js";
import { inputsOf, type PartialState } from "../../../provider/snapshot/state.js";
import { update } from "../../../provider/snapshot/update.js";
import { fakeHost } from "../hypervisor/fake-host.js";
import { fakeOperation } from "../hypervisor/fake-operation.js";
import { FakeHypervisor, IMAGE, said, type FakeDomain } from "../hypervisor/fake-hypervisor.js";
import { failsWith } from "./rejects.js";
import { stateWith, UUID } from "./states.js";

const FULL = said("Unexpected", "internal error: unable to save metadata for snapshot a");

describe("a snapshot that libvirt forgot after a failed edit", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  const forget = () => {
    domain.snapshots = domain.snapshots.filter(({ name }) => name !== "a");
    if (domain.current === "a") domain.current = undefined;
  };
  const edit = (state: PartialState = stateWith()) =>
    update(fakeOperation(hypervisor), state, { ...inputsOf(stateWith()), description: "new" });
  const lost = async (): Promise<PartialState> => {
    hypervisor.fail("redefineSnapshot", FULL, { meanwhile: forget });
    const error: unknown = await edit().catch((thrown: unknown) => thrown);
    assert.ok(error instanceof IncompleteError);
    return error.state;
  };
  /** The host, once its disk has room again. */
  const freed = () => {
    const other = new FakeHypervisor();
    domain = other.define({ ...domain, control: [] });
    hypervisor = other;
    hypervisor.tags.set(IMAGE, ["a"]);
  };

  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    hypervisor.tags.set(IMAGE, ["a"]);
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [{ name: "a", creationTime: 1_800_000_001, description: "old" }],
      current: "a",
    });
  });

  it("is defined again at once, and the error says so", async () => {
    hypervisor.fail("redefineSnapshot", FULL, { nth: 1, meanwhile: forget });
    const error = await failsWith(edit(), "Unexpected");
    assert.match(error.message, /libvirt forgot the snapshot over it; it is defined again as it was\.$/);
    assert.deepEqual(
      [domain.snapshots.map(({ description }) => description), domain.current],
      [["old"], "a"],
    );
  });

  it("comes with those that came after it, because the daemon may crash", async () => {
    domain.snapshots.push({ name: "b", creationTime: 1_800_000_002, parent: "a" });
    hypervisor.fail("redefineSnapshot", FULL, { nth: 1, meanwhile: forget });
    const error = await failsWith(edit(), "Unexpected");
    assert.match(
      error.message,
      /"b" came after it: restart libvirt's daemon before you change or delete that, /,
    );
  });

  it("is kept in the state as it was, small, and without its description", async () => {
    const state = await lost();
    assert.equal(state.lostDefinition?.current, true);
    assert.ok(state.lostDefinition.packed.length > 0);
    assert.ok(state.lostDefinition.packed.length < 4000);
  });

  it("is not kept in the state with passwords, or where it is too large for it", async () => {
    const random = Array.from({ length: 3000 }, (_, index) => ((index * 7919) % 104_729).toString(36)).join(
      "",
    );
    for (const extra of ["<graphics type='vnc' passwd='secret'/>", `<cookie>${random}</cookie>`]) {
      domain.snapshots = [
        {
          name: "a",
          creationTime: 1_800_000_001,
          captured: `<memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>${extra}`,
        },
      ];
      const state = await lost();
      assert.equal(state.lostDefinition?.packed, "");
      freed();
      const error = await failsWith(edit(state), "NotFound");
      assert.match(error.message, /restart libvirt's daemon on the host/);
    }
  });

  it("comes with a clear error if the state was edited", async () => {
    const state = await lost();
    freed();
    const error = await failsWith(
      edit({ ...state, lostDefinition: { packed: "bm8gYnJvdGxp", current: true } }),
      "NotFound",
    );
    assert.match(error.message, /the state does not hold its definition/);
  });

  it("is kept by a refresh, which says so", async () => {
    const state = await lost();
    assert.deepEqual(await read(fakeHost(hypervisor), state), {
      lost:
        'libvirt forgot snapshot "a" of debian12 after an edit that failed; its data is untouched. ' +
        "The next update defines it again.",
    });
    assert.deepEqual(
      await read(fakeHost(hypervisor), { ...state, lostDefinition: { packed: "", current: true } }),
      {
        lost:
          'libvirt forgot snapshot "a" of debian12 after an edit that failed; its data is untouched. ' +
          "Restart libvirt's daemon on the host, which reads its own file of the snapshot again.",
      },
    );
  });

  it("is an update, even where no input differs", async () => {
    const state = await lost();
    assert.ok(changesAnything(plan(state, inputsOf(state))));
    assert.deepEqual(plan(state, inputsOf(state)).steps, [{ do: "define again" }]);
  });

  it("is defined again by the next update, which then does what it is for", async () => {
    const state = await lost();
    freed();
    const done = await edit(state);
    assert.deepEqual(
      [done.description, done.creationTime, done.isCurrent],
      ["new", state.creationTime, true],
    );
    assert.equal("lostDefinition" in done, false);
  });

  it("is left as it is where libvirt lists it again by itself", async () => {
    const state = await lost();
    freed();
    domain.snapshots = [{ name: "a", creationTime: 1_800_000_001, description: "old" }];
    await edit(state);
    assert.deepEqual(
      hypervisor.changes.map(([method]) => method),
      ["redefineSnapshot"],
    );
  });

  it("is deleted with its data: it is defined again first", async () => {
    const state = await lost();
    freed();
    await deleteWithSafety(fakeOperation(hypervisor), state);
    assert.deepEqual(
      hypervisor.changes.map(([method]) => method),
      ["redefineSnapshot", "deleteSnapshot"],
    );
  });

  it("stays forgotten where only the metadata is to be deleted", async () => {
    const state = await lost();
    freed();
    await deleteWithSafety(fakeOperation(hypervisor), { ...state, deleteScope: "metadata" });
    assert.deepEqual(hypervisor.changes, []);
  });
});

describe("a snapshot whose description was edited", () => {
  let hypervisor: FakeHypervisor;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    const vda = `<domain type='kvm'><name>debian12</name><uuid>u</uuid><memory>1</memory><vcpu>1</vcpu><devices><disk type='file' device='disk'><source file='${IMAGE}'/><target dev='vda'/></disk></devices></domain>`;
    hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [
        {
          name: "a",
          creationTime: 1_800_000_001,
          captured: `<memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>${vda}`,
        },
      ],
    });
    hypervisor.tags.set(IMAGE, []);
  });

  it("is no success if its data is gone by then, and takes its entry off the list", async () => {
    const error = await failsWith(
      update(fakeOperation(hypervisor), stateWith(), { ...inputsOf(stateWith()), description: "new" }),
      "NotFound",
    );
    assert.equal(
      error.message,
      'Unable to edit the description of snapshot "a" of debian12: someone deleted the snapshot while it was edited: ' +
        `its data is missing in "${IMAGE}". The entry that the edit made for it is off libvirt's list again. ` +
        "Refresh to see what is left.",
    );
    assert.deepEqual(hypervisor.changes.at(-1), ["deleteSnapshot", UUID, "a", { metadata: true }]);
  });
});
