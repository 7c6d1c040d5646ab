import assert from "node:assert/strict";
import { definitionInForce } from "../../../provider/definition/in-force.js";
import { declaredDigest, madeDigest, withStamp } from "../../../provider/definition/stamp.js";
import { parseDocument } from "../../../provider/xml/document.js";

const xml = (title: string, { memory = 1024, more = "" } = {}) =>
  `<domain type="qemu"><name>vm</name>${title === "" ? "" : `<title>${title}</title>`}<memory unit="MiB">${memory}</memory><vcpu>2</vcpu>${more}</domain>`;

/** What the host has once `declared` is applied, and then perhaps changed to `now`. */
function applied(declared: string, now = declared): string {
  const made = madeDigest(parseDocument(declared, "domain"));
  return withStamp(now, { id: "1", declared: declaredDigest(declared), made });
}

describe("the declared definition is in force", () => {
  it("once it is applied and read back", () => {
    assert.deepEqual(definitionInForce(xml("a"), applied(xml("a"))), { inForce: true });
  });

  it("also with other facts in the digest, which another version of this package wrote", () => {
    const host = applied(xml("a")).replace(/made="1:/, 'made="0:');
    assert.deepEqual(definitionInForce(xml("a"), host), { inForce: true });
  });

  it("where an earlier version applied it, which left no stamp", () => {
    assert.deepEqual(definitionInForce(xml("a"), xml("a")), { inForce: true });
    const spaced = xml("a", { more: "<description>\r\n  two\r\n  lines </description>" });
    const host = xml("a", { more: "<description>\n  two\n  lines </description>" });
    assert.deepEqual(definitionInForce(spaced, host), { inForce: true });
    const numa = xml("a", { more: "<cpu><numa><cell id='0' cpus='0' memory='512'/></numa></cpu>" });
    assert.deepEqual(definitionInForce(numa, xml("a", { memory: 512 })), { inForce: true });
  });
});

describe("the declared definition is not in force", () => {
  const cases: [when: string, host: string, why: string][] = [
    ["after a revert to a definition from before a change", applied(xml("before")), "declared"],
    ["after someone changed it on the host", applied(xml("a"), xml("a", { memory: 512 })), "changed"],
    [
      "after a define that was cut off",
      withStamp(xml("a"), { id: "1", declared: declaredDigest(xml("a")) }),
      "unfinished",
    ],
    [
      "after a revert to a definition without a stamp and with less memory",
      xml("a", { memory: 256 }),
      "unmarked",
    ],
    ["after someone defined it again without its title", xml(""), "unmarked"],
  ];
  for (const [when, host, why] of cases) {
    it(when, () => {
      assert.deepEqual(definitionInForce(xml("a"), host), { inForce: false, why });
    });
  }
});
