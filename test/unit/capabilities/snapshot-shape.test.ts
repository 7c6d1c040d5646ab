import assert from "node:assert/strict";
import {
  holdsState,
  shapeOf,
  type Kind,
  type Wanted,
} from "../../../provider/capabilities/snapshot-shape.js";
import type { DomainDisk, DomainXml } from "../../../provider/xml/domain.js";
import { disk, off, recorded, running } from "./domains.js";

const A = { name: "a" };
const FILE: Wanted = { ...A, memory: { snapshot: "external" } };

function kinds(domain: DomainXml, wanted: Wanted): [string, Kind][] {
  return shapeOf(domain, wanted).disks.map(({ disk: { target }, kind }) => [target, kind]);
}

describe("the shape of a snapshot", () => {
  const table: [what: string, domain: DomainXml, wanted: Wanted, mode: string, memory: Kind, disks: Kind][] =
    [
      ["off, nothing asked", off(), A, "internal", "no", "internal"],
      ["off, diskOnly", off(), { ...A, diskOnly: true }, "external", "no", "external"],
      ["active, nothing asked", running(), A, "internal", "internal", "internal"],
      ["active, diskOnly false", running(), { ...A, diskOnly: false }, "internal", "internal", "internal"],
      ["active, diskOnly", running(), { ...A, diskOnly: true }, "external", "no", "external"],
      ["active, memory file", running(), FILE, "external", "external", "external"],
      [
        "active, memory internal",
        running(),
        { ...A, memory: { snapshot: "internal" } },
        "internal",
        "internal",
        "internal",
      ],
      ["active, memory no", running(), { ...A, memory: { snapshot: "no" } }, "internal", "no", "internal"],
    ];
  for (const [what, domain, wanted, mode, memory, kind] of table) {
    it(`${what}: memory ${memory}, disks ${kind}`, () => {
      const shape = shapeOf(domain, wanted);
      assert.deepEqual(
        { active: shape.active, mode: shape.mode, memory: shape.memory },
        { active: domain.id !== undefined, mode, memory },
      );
      assert.deepEqual(kinds(domain, wanted), [["vda", kind]]);
    });
  }

  it("takes each disk's kind from the inputs, else from the domain's definition, else from the mode", () => {
    const domain = off({
      disks: [
        disk("vda", { snapshot: "no" }),
        disk("vdb", { snapshot: "no" }),
        disk("vdc"),
        disk("vdd", { snapshot: "manual" }),
      ],
    });
    const wanted: Wanted = { ...A, diskOnly: true, disks: [{ name: "vda", snapshot: "external" }] };
    assert.deepEqual(kinds(domain, wanted), [
      ["vda", "external"],
      ["vdb", "no"],
      ["vdc", "external"],
      ["vdd", "external"],
    ]);
  });

  it("finds a disk by its source as well", () => {
    const wanted: Wanted = { ...A, diskOnly: true, disks: [{ name: "/images/vda", snapshot: "no" }] };
    assert.deepEqual(kinds(off(), wanted), [["vda", "no"]]);
  });

  it("leaves out read-only disks, and drives without a disc", () => {
    assert.deepEqual(kinds(recorded("12.8.0/domain-running-raw"), A), [["vda", "internal"]]);
    assert.deepEqual(
      kinds(recorded("9.0.0/domain-off"), A).map(([target]) => target),
      ["vda", "vdb", "vdc"],
    );
  });

  const devices: [what: string, device: DomainDisk, holds: boolean][] = [
    ["a disk", disk("vda"), true],
    ["a LUN", disk("sda", { device: "lun", type: "block" }), true],
    ["a disc in a drive", disk("hda", { device: "cdrom" }), false],
    ["a floppy", disk("fda", { device: "floppy" }), false],
    ["a disk that is only read", disk("vda", { readonly: true }), false],
  ];
  for (const [what, device, holds] of devices) {
    it(`${what} has ${holds ? "state" : "no state"}`, () => {
      assert.equal(holdsState(device), holds);
    });
  }

  it("a disk on the network has state although it has no path", () => {
    const { source: _path, ...network } = disk("vda", { type: "network" });
    assert.equal(holdsState(network), true);
    assert.equal(holdsState({ ...network, type: "file" }), false);
  });
});
