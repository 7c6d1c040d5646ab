import assert from "node:assert/strict";
import { refusalToTake } from "../../../provider/capabilities/snapshot-rules.js";
import type { Wanted } from "../../../provider/capabilities/snapshot-shape.js";
import type { DomainXml } from "../../../provider/xml/domain.js";
import { disk, off, running } from "./domains.js";

const { driver: _driver, ...withoutDriver } = disk("vda");

/** Single cases beside the table of snapshot-rules.test.ts. */
const CASES: [what: string, domain: DomainXml, wanted: Partial<Wanted>, property: string, reason: string][] =
  [
    [
      "live alone while the domain is off",
      off(),
      { live: true },
      "live",
      "the domain is off, and libvirt would ignore it",
    ],
    [
      "internal memory of a domain without a disk",
      running({ disks: [] }),
      {},
      "memory",
      "internal memory is stored in the image of a disk, but the domain has no disk",
    ],
    [
      "an external snapshot of a disk that the domain itself declares internal",
      off({ disks: [disk("vda", { snapshot: "internal" })] }),
      { diskOnly: true },
      "disks",
      'an external snapshot cannot include internal disks: vda ("internal")',
    ],
    [
      "an internal snapshot of an image whose format the domain does not name, which libvirt takes for raw",
      off({ disks: [withoutDriver] }),
      {},
      "disks",
      "internal snapshots need qcow2 images, but disk vda is raw",
    ],
  ];

describe("refusing a snapshot", () => {
  for (const [what, domain, wanted, property, reason] of CASES) {
    it(`covers ${what}`, () => {
      const refusal = refusalToTake(domain, { name: "a", ...wanted }, "9.0.0");
      assert.deepEqual([refusal?.property, refusal?.reason], [property, reason]);
    });
  }

  it("of a disk that does not exist names only disks that have state", () => {
    const domain = off({ disks: [disk("vda"), disk("hda", { device: "cdrom" })] });
    const wanted = { name: "a", disks: [{ name: "vdz", snapshot: "internal" as const }] };
    assert.equal(refusalToTake(domain, wanted, "9.0.0")?.remedy, "The domain has vda.");
  });
});
