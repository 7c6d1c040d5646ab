import assert from "node:assert/strict";
import * as v from "valibot";
import { text } from "../../../provider/schema/field.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { problem, problemsIn, withoutNulls } from "../../../provider/schema/validate.js";

const table = v.strictObject({
  uri: v.optional(text(() => "no URI is good enough")),
  colour: v.optional(v.picklist(["red", "green"])),
  part: v.optional(v.strictObject({ size: v.number() })),
  list: v.optional(v.array(v.strictObject({ on: v.boolean() }))),
});

describe("the problems of inputs", () => {
  const cases: [inputs: Record<string, unknown>, property: string, reason: string][] = [
    [{ colour: "blue" }, "colour", '"blue" cannot be used: expected "red" or "green".'],
    [{ part: {} }, "part.size", "this property is required."],
    [{ part: { size: 1, weight: 2 } }, "part.weight", "there is no such property. The properties are size."],
    [{ list: [{ on: true }, { on: 1 }] }, "list[1].on", "1 cannot be used: expected true or false."],
    [{ list: [{ on: true, off: 1 }] }, "list[0].off", "there is no such property. The properties are on."],
    [{ uri: "qemu://u:secret@h/" }, "uri", '"qemu://u:***@h/" cannot be used: no URI is good enough.'],
  ];
  for (const [inputs, property, reason] of cases) {
    it(`of ${JSON.stringify(inputs)} name the property and what would work`, () => {
      assert.deepEqual(problemsIn(inputs, table), [{ property, reason: `${property}: ${reason}` }]);
    });
  }

  it("cut a long value short", () => {
    const [found] = problemsIn({ colour: "x".repeat(100) }, table);
    assert.equal(found?.reason, `colour: "${"x".repeat(76)}…" cannot be used: expected "red" or "green".`);
  });

  it("are none for a value that a preview does not know yet", () => {
    assert.deepEqual(problemsIn({ colour: UNKNOWN, part: { size: UNKNOWN }, list: UNKNOWN }, table), []);
  });

  it("that a rule finds have the same form", () => {
    assert.deepEqual(problem("a.b", "it is wrong. Mend it"), {
      property: "a.b",
      reason: "a.b: it is wrong. Mend it.",
    });
  });
});

describe("inputs without nulls", () => {
  it("lose null and undefined at every depth of objects", () => {
    assert.deepEqual(withoutNulls({ a: null, b: { c: undefined, d: 1 }, e: [{ f: null }] }), {
      b: { d: 1 },
      e: [{}],
    });
  });

  it("keep the items of a list, and whatever an opaque key holds", () => {
    const inputs = { list: [null, 1], any: { deep: { any: { a: null } } } };
    assert.deepEqual(withoutNulls(inputs), { list: [null, 1], any: { deep: { any: {} } } });
    assert.deepEqual(withoutNulls(inputs, ["any"]), inputs);
  });
});
