import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { plan, type Plan, type Revert } from "../../../provider/snapshot/plan.js";
import { inputsOf, type SnapshotState } from "../../../provider/snapshot/state.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { stateWith, UUID } from "./states.js";

/** `revert` of the inputs; in a preview, UNKNOWN may be the whole of it. */
type RevertInput = SnapshotInputs["revert"];
const NOT_KNOWN = UNKNOWN as unknown as RevertInput;

function planned(before: RevertInput, after: RevertInput, change: Partial<SnapshotInputs> = {}): Plan {
  const state = stateWith(before === undefined ? {} : { revert: before });
  return plan(state, { ...inputsOf(state), revert: after, ...change });
}

/** The revert in a plan, if it has one. */
function revertIn({ steps }: Plan): Revert | undefined {
  return steps.find((step) => step.do === "revert");
}

const SAME = { triggers: ["x", { n: 1 }] };
const UNKNOWN_LIST = { triggers: UNKNOWN as unknown as unknown[] };

const { capturedDisks, capturedMemory, host } = stateWith();
const TARGET = {
  domainUuid: UUID,
  name: "a",
  creationTime: "2027-01-15T08:00:01Z",
  capturedDisks,
  capturedMemory,
  host,
};

describe("revert.triggers", () => {
  it("revert the domain to this snapshot when they change", () => {
    const { steps, ...rest } = planned({ triggers: ["x"] }, { triggers: ["y"] });
    assert.deepEqual(rest, { replaces: [], deleteBeforeReplace: false });
    assert.deepEqual(steps, [
      {
        do: "revert",
        domainName: "debian12",
        domain: "debian12",
        target: TARGET,
        memory: true,
        drift: false,
        options: { triggers: ["y"] },
        taken: [],
        triggers: ["y"],
        maybe: false,
      },
    ]);
  });

  const reverting: [what: string, before: RevertInput, after: RevertInput][] = [
    ["are added to an existing snapshot", undefined, { triggers: ["x"] }],
    ["are added to an empty list", { triggers: [] }, { triggers: ["x"] }],
    ["get one more", { triggers: ["x"] }, { triggers: ["x", "x"] }],
    ["get one less", { triggers: ["x", "y"] }, { triggers: ["x"] }],
    ["change their order", { triggers: ["x", "y"] }, { triggers: ["y", "x"] }],
    ["change their type", { triggers: [1] }, { triggers: ["1"] }],
    ["change deep inside", SAME, { triggers: ["x", { n: 2 }] }],
    ["become null", { triggers: ["x"] }, { triggers: [null] }],
  ];
  for (const [what, before, after] of reverting) {
    it(`revert when they ${what}`, () => {
      assert.deepEqual(revertIn(planned(before, after))?.triggers, after?.triggers);
    });
  }

  const idle: [what: string, before: RevertInput, after: RevertInput, steps: Plan["steps"]][] = [
    ["are equal", SAME, structuredClone(SAME), []],
    [
      "are equal with keys in another order",
      { triggers: [{ a: 1, b: 2 }] },
      { triggers: [{ b: 2, a: 1 }] },
      [],
    ],
    ["are absent before and after", undefined, {}, []],
    ["are an empty list instead of absent", undefined, { triggers: [] }, []],
    ["are removed", SAME, undefined, [{ do: "record", properties: ["revert.triggers"] }]],
    ["are emptied", SAME, { triggers: [] }, [{ do: "record", properties: ["revert.triggers"] }]],
  ];
  for (const [what, before, after, steps] of idle) {
    it(`revert nothing when they ${what}`, () => {
      assert.deepEqual(planned(before, after).steps, steps);
    });
  }

  const unknown: [what: string, after: RevertInput][] = [
    ["the list", UNKNOWN_LIST],
    ["one of them", { triggers: ["x", UNKNOWN] }],
    ["something deep inside", { triggers: [{ a: [UNKNOWN] }] }],
    ["revert itself", NOT_KNOWN],
  ];
  for (const [what, after] of unknown) {
    it(`may revert when ${what} is not known yet`, () => {
      assert.equal(revertIn(planned({ triggers: ["x"] }, after))?.maybe, true);
    });
  }

  for (const [memory, comesBack] of [
    [{ snapshot: "no" }, false],
    [{ snapshot: "internal" }, true],
    [{ snapshot: "external", file: "/memory" }, true],
    [undefined, true],
  ] as const) {
    it(`restore ${comesBack ? "" : "no "}memory if the snapshot has ${memory?.snapshot ?? "unread"} memory`, () => {
      const { capturedMemory: _internal, ...state } = stateWith();
      const known = memory === undefined ? state : { ...state, capturedMemory: memory };
      assert.equal(
        revertIn(plan(known, { ...inputsOf(state), revert: { triggers: [1] } }))?.memory,
        comesBack,
      );
    });
  }

  it("may not change together with an input that needs a new snapshot", () => {
    const { refusal, steps } = planned({ triggers: [1] }, { triggers: [2] }, { name: "b", diskOnly: true });
    assert.deepEqual(steps, []);
    assert.ok(isVirshError(refusal, "Invalid"));
    assert.equal(
      refusal.message,
      'Unable to revert debian12 to snapshot "a" and replace that snapshot in one step: revert.triggers changed ' +
        "together with name, diskOnly, and the latter needs a new snapshot. Change one of them in one update, and the other in the next.",
    );
  });

  it("may stay or be removed when another input needs a new snapshot", () => {
    assert.equal(planned(SAME, SAME, { name: "b" }).refusal, undefined);
    assert.equal(planned(SAME, undefined, { name: "b" }).refusal, undefined);
  });

  it("are not refused for a value that may turn out to be unchanged", () => {
    assert.equal(planned(SAME, UNKNOWN_LIST, { name: "b" }).refusal, undefined);
    assert.equal(planned(SAME, { triggers: [2] }, { domain: UNKNOWN }).refusal, undefined);
    assert.notEqual(planned(SAME, { triggers: [2] }, { domain: UNKNOWN, name: "b" }).refusal, undefined);
  });
});

describe("revert.onDrift", () => {
  const drifted = (state: Partial<SnapshotState>, revert: RevertInput): Plan => {
    const before = stateWith({ isCurrent: false, ...(revert && { revert }), ...state });
    return plan(before, { ...inputsOf(before), revert });
  };
  const ON = { triggers: ["x"], onDrift: true };

  it("reverts when another snapshot is current, and keeps the triggers", () => {
    const safetySnapshots = [{ name: "s", creationTime: "2027-01-15T08:30:00Z" }];
    assert.deepEqual(drifted({ safetySnapshots }, ON).steps, [
      {
        do: "revert",
        domainName: "debian12",
        domain: "debian12",
        target: TARGET,
        memory: true,
        drift: true,
        triggers: ["x"],
        options: ON,
        taken: safetySnapshots,
        maybe: false,
      },
    ]);
  });

  it("also reverts without any triggers", () => {
    assert.deepEqual(revertIn(drifted({}, { onDrift: true }))?.triggers, []);
  });

  const idle: [what: string, state: Partial<SnapshotState>, revert: RevertInput][] = [
    ["this one is current", { isCurrent: true }, ON],
    ["it is false", {}, { triggers: ["x"], onDrift: false }],
    ["it is absent", {}, { triggers: ["x"] }],
    ["revert is absent", {}, undefined],
  ];
  for (const [what, state, revert] of idle) {
    it(`does nothing if ${what}`, () => {
      assert.deepEqual(drifted(state, revert).steps, []);
    });
  }

  it("does nothing if isCurrent was never read", () => {
    const { isCurrent: _never, ...state } = stateWith({ revert: ON });
    assert.deepEqual(plan(state, inputsOf(state)).steps, []);
  });

  it("gives one revert together with changed triggers, which are then the reason", () => {
    const before = stateWith({ isCurrent: false, revert: ON });
    const { steps } = plan(before, { ...inputsOf(before), revert: { ...ON, triggers: ["y"] } });
    assert.deepEqual(
      steps.map((step) => (step.do === "revert" ? [step.triggers, step.drift] : step)),
      [[["y"], false]],
    );
  });

  it("does not prevent a new snapshot", () => {
    const before = stateWith({ isCurrent: false, revert: ON });
    const { refusal, replaces, steps } = plan(before, { ...inputsOf(before), name: "b" });
    assert.deepEqual({ refusal, replaces, steps }, { refusal: undefined, replaces: ["name"], steps: [] });
  });
});
