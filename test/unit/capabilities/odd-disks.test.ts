import assert from "node:assert/strict";
import { refusalToTake } from "../../../provider/capabilities/snapshot-rules.js";
import type { Wanted } from "../../../provider/capabilities/snapshot-shape.js";
import type { DomainXml } from "../../../provider/xml/domain.js";
import { disk, off, running } from "./domains.js";

const external = { name: "vdb", snapshot: "external", file: "/images/o.qcow2" } as const;
const left = { name: "vdb", snapshot: "no" } as const;
const { source: _, ...remote } = disk("vdb", { type: "network", driver: "raw" });
const network = { disks: [disk("vda"), remote] };
const block = { disks: [disk("vda"), disk("vdb", { type: "block", source: "/dev/sdb" })] };

type Case = [what: string, domain: DomainXml, wanted: Partial<Wanted>, reason?: RegExp];

const CASES: Case[] = [
  ["a network disk, off", off(network), {}, /^disk vdb is a network disk, .* while the domain is off$/],
  ["a network disk, off", off(network), { diskOnly: true, disks: [external] }, /while the domain is off$/],
  ["a network disk that is left out, off", off(network), { diskOnly: true, disks: [left] }],
  [
    "a network disk, running",
    running(network),
    { diskOnly: true },
    /^disk vdb is a network disk, for whose overlay /,
  ],
  ["a network disk with an overlay, running", running(network), { diskOnly: true, disks: [external] }],
  ["a block device", off(block), { diskOnly: true }, /^disk vdb is a block device, for whose overlay /],
  ["a block device with an overlay", off(block), { diskOnly: true, disks: [external] }],
  ["a block device, internal", off(block), {}],
];

describe("a snapshot of a disk that is no file", () => {
  for (const [what, domain, wanted, reason] of CASES) {
    it(`${reason === undefined ? "is possible" : "is refused"} for ${what}: ${JSON.stringify(wanted)}`, () => {
      const refusal = refusalToTake(domain, { name: "a", ...wanted }, "9.0.0");
      if (reason === undefined) assert.equal(refusal, undefined);
      else assert.match(refusal?.reason ?? "", reason);
    });
  }

  it("is refused for an image that does not exist, unless the domain runs or the disk is left out", () => {
    const of = (domain: DomainXml, wanted: Partial<Wanted>) =>
      refusalToTake(domain, { name: "a", ...wanted }, "9.0.0", ["vdb"])?.reason;
    const two = { disks: [disk("vda"), disk("vdb")] };
    const reason = 'the image of disk vdb, "/images/vdb", does not exist';
    assert.equal(of(off(two), {}), reason);
    assert.equal(of(off(two), { diskOnly: true }), reason);
    assert.equal(of(off(two), { diskOnly: true, disks: [left] }), undefined);
    assert.equal(of(running(two), {}), undefined);
  });
});
