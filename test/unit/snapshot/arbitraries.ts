import fc from "fast-check";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";

/** Names that libvirt accepts. */
export const legalName = fc
  .string({ unit: "binary", minLength: 1, maxLength: 80 })
  .filter((name) => !/[\p{Cc}/]|^\./u.test(name) && Buffer.byteLength(name) <= 247);

/** Texts that XML preserves unchanged. */
const legalText = fc
  .string({ unit: "binary", maxLength: 60 })
  .filter((text) => !/[^\t\n\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text));

/** Values that JSON preserves unchanged: it has no negative zero. */
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));

/** Correct inputs, as the engine may pass them. */
export const legalInputs: fc.Arbitrary<SnapshotInputs> = fc.record(
  {
    domain: fc.constantFrom("debian12", "bcfa3df3-7f64-4055-baf6-8ec50c3b0251"),
    name: legalName,
    uri: fc.constantFrom("qemu:///system", "qemu+ssh://root@host/system"),
    description: legalText,
    diskOnly: fc.boolean(),
    atomic: fc.boolean(),
    revert: fc.record({ triggers: fc.array(json) }, { requiredKeys: [], noNullPrototype: true }),
    timeoutSeconds: fc.integer({ min: 1, max: 604_800 }),
  },
  { requiredKeys: ["domain", "name"], noNullPrototype: true },
);
