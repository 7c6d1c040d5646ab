import assert from "node:assert/strict";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { plan } from "../../../provider/snapshot/plan.js";
import { inputsOf } from "../../../provider/snapshot/state.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { stateWith } from "./states.js";

type Scope = SnapshotInputs["deleteScope"];

function planned(recorded: Scope, change: Partial<SnapshotInputs>) {
  const state = stateWith({ deleteScope: recorded });
  return plan(state, { ...inputsOf(state), ...change });
}

const OTHERS = "deletes what came after the old one, and the new one would have";

describe("replacing a snapshot whose deleteScope covers others", () => {
  const refused: [scope: Scope, change: Partial<SnapshotInputs>, changed: string, why: string][] = [
    ["children", { name: "b" }, "name", OTHERS],
    ["childrenOnly", { name: "b" }, "name", OTHERS],
    ["children", { name: "b", diskOnly: true }, "name, diskOnly", OTHERS],
    // The recorded scope applies to the delete, not the declared one.
    ["children", { name: "b", deleteScope: "snapshot" }, "name", OTHERS],
    ["childrenOnly", { diskOnly: true }, "diskOnly", "leaves the old one, and two cannot have one name"],
  ];
  for (const [scope, change, changed, why] of refused) {
    it(`is refused with ${String(scope)} and ${JSON.stringify(change)}`, () => {
      assert.equal(
        planned(scope, change).refusal?.message,
        `Unable to replace snapshot "a" of debian12: ${changed} changed, and deleteScope "${String(scope)}" ${why}. ` +
          'Set deleteScope to "snapshot" in one update, and make the other change in the next.',
      );
    });
  }

  const done: [scope: Scope, change: Partial<SnapshotInputs>][] = [
    ["children", { diskOnly: true }],
    ["children", { domain: "other" }],
    ["childrenOnly", { domain: "other", name: "b" }],
    ["snapshot", { name: "b", deleteScope: "children" }],
    ["metadata", { name: "b" }],
    ["children", { name: UNKNOWN }],
  ];
  for (const [scope, change] of done) {
    it(`is allowed with ${String(scope)} and ${JSON.stringify(change)}`, () => {
      const { refusal, replaces } = planned(scope, change);
      assert.equal(refusal, undefined);
      assert.notDeepEqual(replaces, []);
    });
  }
});
