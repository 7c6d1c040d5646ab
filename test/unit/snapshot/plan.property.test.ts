import assert from "node:assert/strict";
import fc from "fast-check";
import { check } from "../../../provider/snapshot/check.js";
import { create } from "../../../provider/snapshot/create/create.js";
import { changesAnything, plan } from "../../../provider/snapshot/plan.js";
import { inputsOf, type SnapshotState } from "../../../provider/snapshot/state.js";
import { update } from "../../../provider/snapshot/update.js";
import { legalInputs } from "./arbitraries.js";
import { fakeOperation, type FakeOperation } from "../hypervisor/fake-operation.js";
import { FakeHypervisor } from "../hypervisor/fake-hypervisor.js";
import { UUID } from "./states.js";

/** An operation on a host with the one domain that `legalInputs` name, by its name and its UUID. */
function operation(): FakeOperation {
  const hypervisor = new FakeHypervisor();
  hypervisor.define({ uuid: UUID, name: "debian12" });
  return fakeOperation(hypervisor);
}

/** A state as the engine returns it, which keeps it as JSON. */
function stored(state: SnapshotState): SnapshotState {
  return JSON.parse(JSON.stringify(state)) as SnapshotState;
}

describe("a second up with the same program", () => {
  it("changes nothing after a create, whatever the inputs", async () => {
    await fc.assert(
      fc.asyncProperty(legalInputs, async (inputs) => {
        const created = await create(operation(), check(inputs).inputs);
        const state = stored(created);
        assert.deepEqual(created, state, "a state holds nothing that JSON does not carry");
        assert.deepEqual(plan(state, inputs), { replaces: [], deleteBeforeReplace: false, steps: [] });
        assert.equal(changesAnything(plan(state, inputsOf(state))), false);
      }),
    );
  });

  it("changes nothing after an update in place, whatever the inputs", async () => {
    const withoutRevert = legalInputs.map(({ revert: _none, ...inputs }) => inputs);
    await fc.assert(
      fc.asyncProperty(
        withoutRevert,
        withoutRevert,
        async (first, { name: _name, diskOnly: _kind, ...change }) => {
          const at = operation();
          const { name, diskOnly } = first;
          const second = { ...change, name, ...(diskOnly === undefined ? {} : { diskOnly }) };
          const state = await update(at, stored(await create(at, first)), second);
          assert.equal(changesAnything(plan(stored(state), second)), false);
        },
      ),
    );
  });
});
