import assert from "node:assert/strict";
import { inputFields, type SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { changesAnything, plan, type Plan } from "../../../provider/snapshot/plan.js";
import { inputsOf, type SnapshotState } from "../../../provider/snapshot/state.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { stateWith, UUID } from "./states.js";

/** The plan for a change of some inputs, in a state that has some set. */
function planned(before: Partial<SnapshotState>, change: Partial<SnapshotInputs>): Plan {
  const state = stateWith(before);
  return plan(state, { ...inputsOf(state), ...change });
}

const NOTHING: Plan = { replaces: [], deleteBeforeReplace: false, steps: [] };
const record = (...properties: string[]): Plan => ({ ...NOTHING, steps: [{ do: "record", properties }] });
const replace = (deleteBeforeReplace: boolean, ...replaces: string[]): Plan => ({
  replaces,
  deleteBeforeReplace,
  steps: [],
});

/** Input by input: before, after, and the plan. */
const TABLE: [
  path: string,
  before: Partial<SnapshotState>,
  change: Partial<SnapshotInputs>,
  expected: Plan,
][] = [
  ["uri", {}, { uri: "qemu:///system" }, { ...NOTHING, steps: [{ do: "reconnect" }] }],
  ["uri", { uri: "qemu:///a" }, { uri: "qemu:///b" }, { ...NOTHING, steps: [{ do: "reconnect" }] }],
  ["uri", { uri: "qemu:///a" }, { uri: undefined }, { ...NOTHING, steps: [{ do: "reconnect" }] }],
  ["domain", {}, { domain: "other" }, replace(false, "domain")],
  ["domain", {}, { domain: UUID }, NOTHING],
  ["domain", {}, { domain: UUID.toUpperCase() }, NOTHING],
  ["domain", { domain: UUID }, { domain: "debian12" }, NOTHING],
  ["domain", { domain: UUID, domainName: "renamed" }, { domain: "renamed" }, NOTHING],
  ["domain", { domainName: "renamed" }, {}, NOTHING],
  ["domain", {}, { domain: "Debian12" }, replace(false, "domain")],
  ["domain", {}, { domain: "4b239424-eb0f-402a-854c-8a2b01c15fea" }, replace(false, "domain")],
  ["domain", {}, { domain: UNKNOWN }, replace(false, "domain")],
  ["name", {}, { name: "b" }, replace(false, "name")],
  ["name", {}, { name: UNKNOWN }, replace(false, "name")],
  ["description", {}, { description: "x" }, { ...NOTHING, steps: [{ do: "describe", description: "x" }] }],
  [
    "description",
    { description: "x" },
    { description: undefined },
    { ...NOTHING, steps: [{ do: "describe", description: undefined }] },
  ],
  ["description", { description: "x" }, { description: "x" }, NOTHING],
  ["diskOnly", {}, { diskOnly: true }, replace(true, "diskOnly")],
  ["diskOnly", { diskOnly: true }, { diskOnly: undefined }, replace(true, "diskOnly")],
  ["memory", {}, { memory: { snapshot: "external", file: "/m" } }, replace(true, "memory")],
  [
    "memory",
    { memory: { snapshot: "external", file: "/m" } },
    { memory: { snapshot: "external", file: "/n" } },
    replace(true, "memory"),
  ],
  ["disks", {}, { disks: [{ name: "vda", snapshot: "no" }] }, replace(true, "disks")],
  ["disks", { disks: [] }, { disks: undefined }, NOTHING],
  ["quiesce", {}, { quiesce: "required" }, record("quiesce")],
  ["quiesce", {}, { quiesce: "none" }, NOTHING],
  ["atomic", {}, { atomic: true }, record("atomic")],
  ["live", {}, { live: true }, record("live")],
  ["halt", {}, { halt: true }, record("halt")],
  ["reuseExternal", {}, { reuseExternal: true }, record("reuseExternal")],
  ["validate", {}, { validate: true }, record("validate")],
  ["adopt", { adopt: true }, { adopt: undefined }, record("adopt")],
  ["revert.triggers", { revert: { triggers: ["x"] } }, { revert: {} }, record("revert.triggers")],
  ["revert.onDrift", {}, { revert: { onDrift: true } }, record("revert.onDrift")],
  ["revert.to", {}, { revert: { to: "paused" } }, record("revert.to")],
  ["revert.to", { revert: { to: "captured" } }, { revert: {} }, NOTHING],
  ["revert.force", {}, { revert: { force: true } }, record("revert.force")],
  ["revert.resetNvram", {}, { revert: { resetNvram: true } }, record("revert.resetNvram")],
  [
    "revert.safetySnapshot",
    { revert: { safetySnapshot: { keep: 1 } } },
    { revert: { safetySnapshot: { keep: 2 } } },
    record("revert.safetySnapshot"),
  ],
  ["deleteScope", {}, { deleteScope: "children" }, record("deleteScope")],
  ["deleteScope", { deleteScope: "snapshot" }, { deleteScope: undefined }, NOTHING],
  ["timeoutSeconds", {}, { timeoutSeconds: 60 }, record("timeoutSeconds")],
  ["timeoutSeconds", { timeoutSeconds: 60 }, { timeoutSeconds: undefined }, record("timeoutSeconds")],
];

describe("the plan for a change", () => {
  it("has a row in this table for every input", () => {
    assert.deepEqual(
      [...new Set(TABLE.map(([path]) => path))],
      inputFields.map(({ path }) => path),
    );
  });

  for (const [path, before, change, expected] of TABLE) {
    it(`of ${path}: ${JSON.stringify(before)} to ${JSON.stringify({ ...change })}`, () => {
      assert.deepEqual(planned(before, change), expected);
      assert.equal(changesAnything(expected), expected !== NOTHING);
    });
  }

  it("of several inputs has one step after the other, with the revert last", () => {
    const { steps } = planned(
      { revert: { triggers: [1] } },
      { atomic: true, revert: { triggers: [2] }, description: "x", uri: "qemu:///b", timeoutSeconds: 5 },
    );
    assert.deepEqual(
      steps.map((step) => (step.do === "record" ? step : step.do)),
      ["reconnect", "describe", "revert", { do: "record", properties: ["atomic", "timeoutSeconds"] }],
    );
  });

  it("of an input that needs a new snapshot changes nothing else in the old one", () => {
    assert.deepEqual(
      planned({}, { diskOnly: true, description: "x", atomic: true, uri: "qemu:///b" }),
      replace(true, "diskOnly"),
    );
  });

  it("deletes first only if the new snapshot would have the old one's name on the same domain", () => {
    assert.deepEqual(planned({}, { diskOnly: true, name: "b" }), replace(false, "name", "diskOnly"));
    assert.deepEqual(planned({}, { diskOnly: true, domain: "other" }), replace(false, "domain", "diskOnly"));
    assert.deepEqual(planned({}, { diskOnly: true, domain: UUID }), replace(true, "diskOnly"));
  });

  it("treats a default like an absent input", () => {
    const defaults = {
      description: "",
      diskOnly: false,
      atomic: false,
      revert: { triggers: [] },
      timeoutSeconds: 600,
    };
    assert.deepEqual(planned({}, defaults), NOTHING);
    const absent = Object.fromEntries(Object.keys(defaults).map((key) => [key, undefined]));
    assert.deepEqual(planned(defaults, absent), NOTHING);
  });

  it("ignores everything that is not an input", () => {
    const facts: Partial<SnapshotState>[] = [
      { parent: "another" },
      { isCurrent: false },
      { capturedDisks: [{ name: "vda", snapshot: "external", file: "/elsewhere" }] },
      { capturedMemory: { snapshot: "external", file: "/elsewhere" } },
      { location: "mixed" },
      { state: "shutoff" },
      { lastRevert: { at: "2027-01-15T09:00:00Z", triggers: ["x"] } },
      { domainName: "renamed" },
      { consistency: "quiesced" },
      { safetySnapshots: [{ name: "s", creationTime: "2027-01-15T09:00:00Z" }] },
    ];
    for (const fact of facts) assert.deepEqual(planned(fact, {}), NOTHING);
  });

  it("does nothing in a state that could not be read back", () => {
    const { domain, name, domainUuid, domainName, schemaVersion } = stateWith();
    const partial = { domain, name, domainUuid, domainName, schemaVersion };
    assert.deepEqual(plan(partial, { domain, name }), NOTHING);
  });
});
