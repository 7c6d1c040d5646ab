import assert from "node:assert/strict";
import { plan } from "../../../provider/snapshot/plan.js";
import { previewLines } from "../../../provider/snapshot/preview.js";
import type { Reversal } from "../../../provider/snapshot/reversal.js";
import { inputsOf, type SnapshotState } from "../../../provider/snapshot/state.js";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { UNKNOWN } from "../../../provider/snapshot/unknown.js";
import { stateWith } from "./states.js";

type Change = Partial<SnapshotInputs>;

function lines(before: Partial<SnapshotState>, change: Change): string[] {
  const state = stateWith(before);
  return previewLines(plan(state, { ...inputsOf(state), ...change }), state);
}

/** Every line that a preview can show, word by word. */
const TRANSCRIPT: [what: string, before: Partial<SnapshotState>, change: Change, line: string][] = [
  [
    "a revert that brings memory back",
    { name: "instantánea1" },
    { revert: { triggers: ["now"] } },
    'debian12 will go back to snapshot "instantánea1", taken 2027-01-15T08:00:01Z: everything since then, on disk and in memory, is discarded.',
  ],
  [
    "a revert of disks alone",
    { capturedMemory: { snapshot: "no" } },
    { revert: { triggers: ["now"] } },
    'debian12 will go back to snapshot "a", taken 2027-01-15T08:00:01Z: everything since then on disk is discarded, and the memory of a running domain with it.',
  ],
  [
    "a revert that depends on what is not known yet",
    {},
    { revert: { triggers: [UNKNOWN] } },
    'debian12 will, if revert.triggers turn out to differ, go back to snapshot "a", taken 2027-01-15T08:00:01Z: everything since then, on disk and in memory, is discarded.',
  ],
  [
    "a replacement under an unchanged name",
    {},
    { diskOnly: true },
    'snapshot "a" of debian12, taken 2027-01-15T08:00:01Z, is deleted before a new one of today\'s state is taken, because diskOnly changed under an unchanged name: between the two there is no recovery point. Change the name as well, and the new one is taken first.',
  ],
];

describe("the lines of a preview", () => {
  for (const [what, before, change, line] of TRANSCRIPT) {
    it(`tell ${what}`, () => {
      assert.deepEqual(lines(before, change), [line]);
    });
  }

  it("tell that it is drift that asks for a revert", () => {
    assert.deepEqual(lines({ isCurrent: false, revert: { onDrift: true } }, {}), [
      'debian12 will go back to snapshot "a", taken 2027-01-15T08:00:01Z (another snapshot is current, and revert.onDrift is set): everything since then, on disk and in memory, is discarded.',
    ]);
  });

  it("tell what a look at the host adds: what is lost, what is kept, and what goes for it", () => {
    const state = stateWith();
    const planned = plan(state, { ...inputsOf(state), revert: { triggers: [1] } });
    const reversal: Reversal = {
      request: {},
      stopAfterwards: false,
      dropManagedSave: false,
      losses: ["one thing goes", "another, too"],
    };
    const start = 'debian12 will go back to snapshot "a", taken 2027-01-15T08:00:01Z: ';
    assert.deepEqual(previewLines(planned, state, reversal), [
      `${start}everything since then, on disk and in memory, is discarded; one thing goes; another, too.`,
    ]);
    const prune = [{ name: "old", creationTime: "2027-01-15T07:00:00Z" }];
    const safety = { name: "new", diskOnly: false, prune };
    assert.deepEqual(previewLines(planned, state, { ...reversal, safety }), [
      `${start}everything since then is kept in a new snapshot "new"; the older safety snapshot "old" is deleted; one thing goes; another, too.`,
    ]);
  });

  it("cannot be forged by a snapshot's name", () => {
    const [line = ""] = lines({ name: 'x"\u001b[2J' }, { revert: { triggers: [1] } });
    assert.match(line, /^debian12 will go back to snapshot "x\\"\\u001b\[2J", taken /);
  });

  it("own up to a time of creation that was never read", () => {
    const { creationTime: _never, ...state } = stateWith();
    assert.match(
      previewLines(plan(state, { ...inputsOf(state), revert: { triggers: [1] } }), state).join("\n"),
      /^debian12 will go back to snapshot "a", taken at a time that is still to be read: everything/,
    );
  });

  const silent: [what: string, before: Partial<SnapshotState>, change: Change][] = [
    ["nothing changes", { revert: { triggers: ["x"] } }, {}],
    ["something is only recorded", {}, { atomic: true, timeoutSeconds: 5 }],
    ["the description is edited", {}, { description: "x" }],
    ["triggers are removed", { revert: { triggers: ["x"] } }, { revert: undefined }],
    ["the new snapshot is taken first", {}, { name: "b" }],
    ["the snapshot moves to another domain", {}, { domain: "other" }],
  ];
  for (const [what, before, change] of silent) {
    it(`are none when ${what}`, () => {
      assert.deepEqual(lines(before, change), []);
    });
  }
});
