import assert from "node:assert/strict";
import { doomedOverlays, type DoomedOverlays } from "../../../../provider/snapshot/revert/overlays.js";
import { parseSnapshot } from "../../../../provider/xml/snapshot.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { EXTERNAL, FakeHypervisor, toXml, type FakeSnapshot } from "../../hypervisor/fake-hypervisor.js";
import { UUID } from "../states.js";

const OVERLAY = "/images/vda.overlay";
const internal = (name: string, parent?: string): FakeSnapshot => ({
  name,
  creationTime: 1,
  ...(parent === undefined ? {} : { parent }),
});
const external = (name: string, parent?: string): FakeSnapshot => ({
  ...internal(name, parent),
  captured: EXTERNAL,
});
/** How libvirt 11.3 records a snapshot with children after a revert to it. */
const reverted = (name: string): FakeSnapshot => ({
  ...external(name),
  captured: `${EXTERNAL}<revertDisks><disk name='vda' snapshot='external' type='file'><source file='/images/vda.1'/></disk></revertDisks>`,
});

describe("the overlays that a revert deletes", () => {
  const table: [
    what: string,
    current: string | undefined,
    snapshots: FakeSnapshot[],
    goes?: DoomedOverlays,
  ][] = [
    ["the one that the target began itself", "a", [external("a")], { files: [OVERLAY], neededBy: [] }],
    [
      "the one that a later snapshot began",
      "b",
      [external("a"), external("b", "a")],
      { files: [OVERLAY], neededBy: [] },
    ],
    [
      "the one of the last revert, and not that of the children",
      "a",
      [reverted("a"), external("b", "a")],
      { files: ["/images/vda.1"], neededBy: [] },
    ],
    ["none, when the domain runs on an image with an internal one", "i", [external("a"), internal("i", "a")]],
    ["none, when no snapshot is current", undefined, [external("a")]],
    ["none, when the target is internal", "b", [internal("a"), external("b", "a")]],
    [
      "one that others need, after a change of the current snapshot by hand",
      "a",
      [external("a"), external("b", "a"), internal("c", "b")],
      { files: [OVERLAY], neededBy: ["b", "c"] },
    ],
  ];
  for (const [what, current, snapshots, goes] of table) {
    it(`are ${what}`, async () => {
      const hypervisor = new FakeHypervisor();
      hypervisor.define({ uuid: UUID, name: "debian12", snapshots, current });
      const [target] = snapshots;
      assert.ok(target);
      const found = await doomedOverlays(fakeHost(hypervisor), UUID, parseSnapshot(toXml(target)), current);
      assert.deepEqual(found, goes);
    });
  }
});
