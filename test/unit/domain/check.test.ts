import assert from "node:assert/strict";
import { checkDomain } from "../../../provider/domain/check.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import { vm } from "./known-vm.js";

describe("the check of a domain's inputs", () => {
  it("writes down that it runs, and takes null for absent", () => {
    assert.deepEqual(checkDomain({ xml: vm(), uri: null }), {
      inputs: { xml: vm(), running: true },
      problems: [],
    });
  });

  it("accepts what a preview does not know yet", () => {
    const unknown = { xml: UNKNOWN, uri: UNKNOWN, running: UNKNOWN, shutdownTimeoutSeconds: UNKNOWN };
    assert.deepEqual(checkDomain(unknown), { inputs: unknown, problems: [] });
  });

  const cases: [raw: Record<string, unknown>, reason: RegExp][] = [
    [{}, /^xml: this property is required\.$/],
    [{ xml: 1 }, /^xml: 1 cannot be used: expected a string\.$/],
    [{ xml: "vm.xml" }, /^xml: the definition cannot be used: .* not the name of a file\.$/],
    [
      { xml: "<domain><name>vm</name></domain>" },
      /^xml: the definition cannot be used: its <domain> has no type\. Write <domain type="kvm">, or .* KVM\.$/,
    ],
    [
      { xml: vm("", "a/b") },
      /^xml: the definition cannot be used: its name "a\/b" contains "\/"\. Give the text of one <domain>/,
    ],
    [
      { xml: vm("<uuid>1</uuid>") },
      /^xml: the definition cannot be used: its element <uuid> contains "1", which is not a UUID\. /,
    ],
    [{ xml: vm(), running: "yes" }, /^running: "yes" cannot be used: expected true or false\.$/],
    [
      { xml: vm(), shutdownTimeoutSeconds: -1 },
      /^shutdownTimeoutSeconds: -1 cannot be used: expected at least 0\.$/,
    ],
    [{ xml: vm(), uri: "qemu+ext:///system?command=x" }, /^uri: "qemu\+ext:.*" cannot be used: /],
    [{ xml: vm(), memory: 1 }, /^memory: there is no such property\. The properties are xml, uri, running, /],
  ];
  for (const [raw, reason] of cases) {
    it(`refuses ${JSON.stringify(raw).slice(0, 60)}`, () => {
      const { problems } = checkDomain(raw);
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.reason ?? "", reason);
    });
  }
});
