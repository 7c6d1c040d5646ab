import assert from "node:assert/strict";
import { VirshError } from "../../../../provider/errors.js";
import { plan } from "../../../../provider/snapshot/plan.js";
import type { Notice } from "../../../../provider/hypervisor/notice.js";
import { changeLines, type ChangeFacts } from "../../../../provider/snapshot/preview/change-lines.js";
import type { RevertDecision } from "../../../../provider/snapshot/revert/decide.js";
import { inputsOf, type SnapshotState } from "../../../../provider/snapshot/state.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { UNKNOWN } from "../../../../provider/schema/unknown.js";
import { stateWith } from "../states.js";

type Change = Partial<SnapshotInputs>;

function notices(before: Partial<SnapshotState>, change: Change, facts?: ChangeFacts): Notice[] {
  const state = stateWith(before);
  const inputs = { ...inputsOf(state), ...change };
  return changeLines(plan(state, inputs), state, inputs, facts);
}

function lines(before: Partial<SnapshotState>, change: Change, facts?: ChangeFacts): string[] {
  return notices(before, change, facts).map(({ text }) => text);
}

/** What a preview prints from the state alone, word for word. */
const TRANSCRIPT: [
  what: string,
  before: Partial<SnapshotState>,
  change: Change,
  line: string,
  severity?: Notice["severity"],
][] = [
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
    'Snapshot "a" of debian12, taken 2027-01-15T08:00:01Z, is deleted before a new one of the current state is taken, because diskOnly changed and the name did not: between the two there is no recovery point. Change the name too to have the new one taken first.',
  ],
  [
    "another name",
    {},
    { name: "b" },
    'Snapshot "b" of debian12 is taken of the current state first; then snapshot "a" of debian12, taken 2027-01-15T08:00:01Z, is deleted.',
    "info",
  ],
  [
    "another name that is not known yet",
    {},
    { name: UNKNOWN },
    'A new snapshot of debian12 is taken of the current state first; then snapshot "a" of debian12, taken 2027-01-15T08:00:01Z, is deleted.',
    "info",
  ],
  [
    "another domain",
    {},
    { domain: "other" },
    'Snapshot "a" of other is taken of the current state first; then snapshot "a" of debian12, taken 2027-01-15T08:00:01Z, is deleted.',
    "info",
  ],
  [
    "a wider deleteScope for later deletes",
    {},
    { deleteScope: "children" },
    'From now on, deleting snapshot "a" of debian12 also deletes everything that came after it (deleteScope "children").',
    "info",
  ],
  [
    "a deleteScope that keeps the snapshot itself",
    {},
    { deleteScope: "childrenOnly" },
    'From now on, deleting snapshot "a" of debian12 deletes everything that came after it, but not the snapshot itself (deleteScope "childrenOnly").',
    "info",
  ],
];

describe("the lines of a preview", () => {
  for (const [what, before, change, text, severity = "warning"] of TRANSCRIPT) {
    it(`announce ${what}`, () => {
      assert.deepEqual(notices(before, change), [{ severity, text }]);
    });
  }

  it("say that drift is the reason of a revert", () => {
    assert.deepEqual(lines({ isCurrent: false, revert: { onDrift: true } }, {}), [
      'debian12 will go back to snapshot "a", taken 2027-01-15T08:00:01Z (another snapshot is current, and revert.onDrift is set): everything since then, on disk and in memory, is discarded.',
    ]);
  });

  it("say what a look at the host adds: what is lost, what is kept, and what is deleted", () => {
    const change = { revert: { triggers: [1] } };
    const decision: RevertDecision = {
      request: {},
      stopAfterwards: false,
      dropManagedSave: false,
      losses: ["one thing goes", "another, too"],
    };
    const start = 'debian12 will go back to snapshot "a", taken 2027-01-15T08:00:01Z: ';
    assert.deepEqual(lines({}, change, { revert: decision }), [
      `${start}everything since then, on disk and in memory, is discarded; one thing goes; another, too.`,
    ]);
    const prune = [{ name: "old", creationTime: "2027-01-15T07:00:00Z" }];
    const safety = { name: "new", diskOnly: false, prune };
    assert.deepEqual(lines({}, change, { revert: { ...decision, safety } }), [
      `${start}everything since then is kept in a new snapshot "new"; the older safety snapshot "old" is deleted; one thing goes; another, too.`,
    ]);
  });

  it("say what is deleted together with a replaced snapshot", () => {
    const before: Partial<SnapshotState> = {
      deleteScope: "children",
      safetySnapshots: [{ name: "safe", creationTime: "2027-01-15T08:00:09Z" }],
    };
    const along = (facts?: ChangeFacts) => notices(before, { diskOnly: true }, facts).slice(1);
    const line = (text: string) => [{ severity: "warning", text }];
    assert.deepEqual(
      along(),
      line(
        'Deleted together with snapshot "a" of debian12: its safety snapshot "safe" and everything that came after it (deleteScope "children").',
      ),
    );
    assert.deepEqual(
      along({ descendants: ["b", "safe", "c"] }),
      line(
        'Deleted together with snapshot "a" of debian12: its safety snapshot "safe" and "b", "c", which came after it (deleteScope "children").',
      ),
    );
    assert.deepEqual(
      along({ descendants: [] }),
      line('Deleted together with snapshot "a" of debian12: its safety snapshot "safe".'),
    );
    assert.deepEqual(notices({ deleteScope: "children" }, { diskOnly: true }, { descendants: [] }).length, 1);
  });

  it("say what a wider scope would delete now", () => {
    const now = (...descendants: string[]) => lines({}, { deleteScope: "children" }, { descendants })[0];
    assert.match(now() ?? "", /\(deleteScope "children"\); now nothing does\.$/);
    assert.match(now("b", "c") ?? "", /\(deleteScope "children"\); now these are "b", "c"\.$/);
  });

  it("say what would make a revert fail, with the snapshot and the domain", () => {
    const change = { revert: { triggers: [1] } };
    const decision: RevertDecision = {
      request: {},
      stopAfterwards: false,
      dropManagedSave: true,
      losses: [],
    };
    const start = 'Reverting debian12 to snapshot "a" would fail: ';
    const refusal = new VirshError({
      kind: "Unsupported",
      tried: "revert",
      said: "it cannot",
      unchanged: true,
      next: "Do that.",
    });
    const [refused, ...others] = notices({}, change, { revert: { ...decision, refusal } });
    assert.deepEqual(refused, { severity: "warning", text: `${start}it cannot. Do that.` });
    assert.equal(others.length, 1);
    const [risky] = lines({}, change, { revert: { ...decision, needsForce: "there is a risk" } });
    assert.equal(risky, `${start}there is a risk. Set revert.force: true if you can afford to lose that.`);
    assert.equal(lines({}, change, { lost: refusal })[0], `${start}it cannot. Do that.`);
  });

  it("cannot be forged by a snapshot's name", () => {
    const [line = ""] = lines({ name: 'x"\u001b[2J' }, { revert: { triggers: [1] } });
    assert.match(line, /^debian12 will go back to snapshot "x\\"\\u001b\[2J", taken /);
  });

  it("say that a creation time was never read", () => {
    const { creationTime: _never, ...state } = stateWith();
    const inputs = { ...inputsOf(state), revert: { triggers: [1] } };
    const [line] = changeLines(plan(state, inputs), state, inputs);
    assert.match(
      line?.text ?? "",
      /^debian12 will go back to snapshot "a", taken at a time that is still to be read: everything/,
    );
  });

  const silent: [what: string, before: Partial<SnapshotState>, change: Change][] = [
    ["nothing changes", { revert: { triggers: ["x"] } }, {}],
    ["something is only recorded", {}, { atomic: true, timeoutSeconds: 5 }],
    ["the description is edited", {}, { description: "x" }],
    ["triggers are removed", { revert: { triggers: ["x"] } }, { revert: undefined }],
    ["later deletes cover less", { deleteScope: "children" }, { deleteScope: "snapshot" }],
    ["nothing changes although deletes take others along", { deleteScope: "children" }, {}],
  ];
  for (const [what, before, change] of silent) {
    it(`are none when ${what}`, () => {
      assert.deepEqual(lines(before, change), []);
    });
  }
});
