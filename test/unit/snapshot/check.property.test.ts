import assert from "node:assert/strict";
import fc from "fast-check";
import { check } from "../../../provider/snapshot/check.js";
import { descriptionProblem, nameProblem } from "../../../provider/schema/text-rules.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { escapeXml } from "../../../provider/xml/characters.js";
import { legalInputs, legalName } from "./arbitraries.js";

const keys = ["uri", "domain", "name", "description", "diskOnly", "atomic", "revert", "timeoutSeconds"];
const anyText = fc.string({
  unit: fc.constantFrom("a", "/", ".", "\r", "\n", "\0", "\ud800", "\udc00", "🙂", "é"),
});
const anyValue = fc.oneof(anyText, fc.constant(UNKNOWN), fc.jsonValue(), fc.double(), fc.constant(undefined));
const anyRaw = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), anyValue);
const anyRevert = fc.record({ revert: fc.dictionary(fc.constantFrom("triggers", "to"), anyValue) });

describe("checking any inputs", () => {
  it("never throws, and gives each problem a property and a reason", () => {
    fc.assert(
      fc.property(fc.oneof(anyRaw, anyRevert), (raw) => {
        for (const { property, reason } of check(raw).problems) {
          assert.ok(reason.startsWith(`${property}: `), reason);
          assert.doesNotMatch(reason, /undefined|\[object/);
        }
      }),
    );
  });

  it("gives the same result for inputs in their normal form", () => {
    fc.assert(
      fc.property(fc.oneof(anyRaw, anyRevert), (raw) => {
        const once = check(raw);
        assert.deepEqual(check(once.inputs), once);
      }),
    );
  });

  it("leaves correct inputs unchanged", () => {
    fc.assert(
      fc.property(legalInputs, (inputs) => {
        assert.deepEqual(check(inputs), { inputs, problems: [] });
      }),
    );
  });

  it("accepts every name that libvirt accepts", () => {
    fc.assert(
      fc.property(legalName, (name) => {
        assert.equal(nameProblem(name), undefined);
      }),
    );
  });

  it("accepts a description exactly if XML can carry it", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodeUnit() }), (text) => {
        if (descriptionProblem(text) === undefined) escapeXml(text);
        else assert.throws(() => escapeXml(text), text);
      }),
    );
  });
});

function anyCodeUnit(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.integer({ min: 0, max: 0x24 }).map((code) => String.fromCharCode(code)),
    fc.integer({ min: 0xd7fe, max: 0xe001 }).map((code) => String.fromCharCode(code)),
    fc.integer({ min: 0xfffc, max: 0x10001 }).map((code) => String.fromCodePoint(code)),
  );
}
