import assert from "node:assert/strict";
import { decideRepair, type Repair } from "../../../../provider/snapshot/create/aftermath/decide.js";
import type { Left } from "../../../../provider/snapshot/create/aftermath/look.js";
import type { CreateFacts } from "../../../../provider/snapshot/create/look.js";

describe("what a failed create changed is undone, and nothing else:", () => {
  const left = (changes: Partial<Left> = {}): Left => ({
    state: "running",
    reason: "booted",
    jobs: [],
    frozen: undefined,
    listed: false,
    tagged: [],
    allTagged: false,
    files: [],
    ...changes,
  });
  const before = (changes: Partial<CreateFacts> = {}) =>
    ({ state: "running", frozen: false, ...changes }) as CreateFacts;
  const all = { tagged: [{ target: "vda", image: "/images/vda.qcow2" }], allTagged: true };
  const some = { ...all, allTagged: false };

  const tags: [what: string, Partial<Left>, Repair["tag"]][] = [
    ["no tag", {}, "none"],
    ["the tag of a domain that runs is removed", all, "remove"],
    ["tags of some disks are removed", some, "remove"],
    ["all tags of a domain that ended are kept", { state: "shut off", ...all }, "keep"],
    ["some tags of a domain that ended are left", { state: "shut off", ...some }, "leave"],
  ];
  for (const [what, found, tag] of tags)
    it(what, () => {
      assert.equal(decideRepair({ facts: before(), quiesce: false }, left(found), false).tag, tag);
    });

  const pauses: [was: CreateFacts["state"], reason: string, resume: boolean][] = [
    ["running", "saving", true],
    ["running", "creating snapshot", true],
    ["running", "migrating", true],
    ["running", "user", false],
    ["running", "ioerror", false],
    ["running", "unknown", false],
    ["paused", "saving", false],
  ];
  for (const [was, reason, resume] of pauses)
    it(`a domain that was ${was} and is paused (${reason}) ${resume ? "is resumed" : "stays paused"}`, () => {
      const facts = before({ state: was });
      const decision = decideRepair({ facts, quiesce: false }, left({ state: "paused", reason }), false);
      assert.equal(decision.resume, resume);
    });

  type Known = boolean | undefined;
  const freezes: [was: Known, is: Known, answered: boolean, thaw: boolean, mayBeFrozen: boolean][] = [
    [false, true, false, true, false],
    [false, false, false, false, false],
    [false, undefined, false, false, true],
    [undefined, true, false, false, true],
    [undefined, false, false, false, false],
    [false, true, true, false, false],
  ];
  for (const [was, is, answered, thaw, mayBeFrozen] of freezes)
    it(`file systems that were frozen: ${String(was)}, and are: ${String(is)}, ${answered ? "after" : "without"} libvirt's answer`, () => {
      const facts = before({ frozen: was });
      const decision = decideRepair({ facts, quiesce: true }, left({ frozen: is }), answered);
      assert.deepEqual([decision.thaw, decision.mayBeFrozen], [thaw, mayBeFrozen]);
    });
});
