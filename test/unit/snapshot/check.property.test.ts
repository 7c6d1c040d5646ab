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

describe("checking any inputs at all", () => {
  it("never throws, and tells of each problem which property it is and why", () => {
    fc.assert(
      fc.property(fc.oneof(anyRaw, anyRevert), (raw) => {
        for (const { property, reason } of check(raw).problems) {
          assert.ok(reason.startsWith(`${property}: `), reason);
          assert.doesNotMatch(reason, /undefined|\[object/);
        }
      }),
    );
  });

  it("says the same of what it has put in its normal form", () => {
    fc.assert(
      fc.property(fc.oneof(anyRaw, anyRevert), (raw) => {
        const once = check(raw);
        assert.deepEqual(check(once.inputs), once);
      }),
    );
  });

  it("leaves right inputs as they are", () => {
    fc.assert(
      fc.property(legalInputs, (inputs) => {
        assert.deepEqual(check(inputs), { inputs, problems: [] });
      }),
    );
  });

  it("takes every name that libvirt takes", () => {
    fc.assert(
      fc.property(legalName, (name) => {
        assert.equal(nameProblem(name), undefined);
      }),
    );
  });

  it("takes a description exactly when XML can carry it", () => {
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
