import assert from "node:assert/strict";
import { revertLosses } from "../../../provider/capabilities/revert-losses.js";
import type { DomainXml } from "../../../provider/xml/domain.js";
import { parseSnapshot, type SnapshotXml } from "../../../provider/xml/snapshot.js";
import { document } from "../xml/corpus.js";
import { disk, off, recorded, running } from "./domains.js";

function snapshot(changes: Partial<SnapshotXml> = {}): SnapshotXml {
  return {
    name: "a",
    state: "running",
    creationTime: 1,
    memory: { snapshot: "internal" },
    disks: [{ name: "vda", snapshot: "internal" }],
    domain: running(),
    ...changes,
  };
}

const two = { disks: [disk("vda"), disk("vdb")] };

const TABLE: [what: string, now: DomainXml, then: SnapshotXml, expected: string[]][] = [
  ["nothing, if nothing has changed", running(), snapshot(), []],
  ["nothing, whether the domain runs or not", off(), snapshot(), []],
  [
    "CPUs and memory",
    running({ vcpus: 4, memoryKiB: 4_194_304 }),
    snapshot({ domain: running({ vcpus: 2, memoryKiB: 2_097_152 }) }),
    ["the domain's definition is restored: vcpus 4 to 2, memory 4096 MiB to 2048 MiB"],
  ],
  [
    "a disk that was attached afterwards",
    running(two),
    snapshot(),
    ["the domain's definition is restored: disk vdb is detached"],
  ],
  [
    "a disk that was detached afterwards",
    running(),
    snapshot({ domain: running(two) }),
    ["the domain's definition is restored: disk vdb comes back"],
  ],
  [
    "a device of the host",
    running({ passthrough: ["hostdev pci"] }),
    snapshot({ domain: running({ passthrough: ["shmem"] }) }),
    ["the domain's definition is restored: hostdev pci is detached, shmem comes back"],
  ],
  [
    "nothing for a disc in a drive",
    running({ disks: [disk("vda"), disk("hda", { device: "cdrom" })] }),
    snapshot(),
    [],
  ],
  [
    "differences from the persistent definition, if there is one",
    running({ vcpus: 2 }),
    snapshot({ domain: running({ vcpus: 9 }), inactiveDomain: off({ vcpus: 1 }) }),
    ["the domain's definition is restored: vcpus 2 to 1"],
  ],
];

describe("the losses of a revert", () => {
  for (const [what, now, then, expected] of TABLE) {
    it(`are ${what}`, () => {
      assert.deepEqual(revertLosses(now, then, false, []), expected);
    });
  }

  it("include each overlay that libvirt deletes", () => {
    const told = (...files: string[]) => revertLosses(running(), snapshot(), false, files);
    assert.deepEqual(told("/i/vda.b"), ["the overlay /i/vda.b disappears"]);
    assert.deepEqual(told("/i/vda.b", "/i/vdb.b"), ["the overlays /i/vda.b, /i/vdb.b disappear"]);
  });

  it("include each snapshot that depends on what is overwritten", () => {
    const told = (...names: string[]) => revertLosses(running(), snapshot(), false, [], names);
    assert.deepEqual(told("b"), ['the snapshot "b" is lost, because what it depends on is overwritten']);
    assert.deepEqual(told("b", "c"), [
      'the snapshots "b", "c" are lost, because what they depend on is overwritten',
    ]);
  });

  it("end with the managed-save image", () => {
    assert.deepEqual(revertLosses(running({ vcpus: 2 }), snapshot(), true, ["/i/vda.b"]), [
      "the overlay /i/vda.b disappears",
      "the domain's definition is restored: vcpus 2 to 1",
      "the managed-save image is discarded",
    ]);
  });

  it("do not include a definition that the snapshot does not have", () => {
    const { domain: _none, ...bare } = snapshot();
    assert.deepEqual(revertLosses(running({ vcpus: 5 }), bare, false, []), []);
  });

  it("are found in documents as libvirt prints them", () => {
    assert.deepEqual(
      revertLosses(
        recorded("9.0.0/domain-backing-chain"),
        parseSnapshot(document("9.0.0/snapshot-external-partial")),
        false,
        [],
      ),
      [],
    );
  });
});
