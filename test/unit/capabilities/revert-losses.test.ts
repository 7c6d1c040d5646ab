import assert from "node:assert/strict";
import { losses } from "../../../provider/capabilities/revert-losses.js";
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
  ["nothing, where nothing has changed", running(), snapshot(), []],
  ["nothing, whether it runs or not", off(), snapshot(), []],
  [
    "CPUs and memory",
    running({ vcpus: 4, memoryKiB: 4_194_304 }),
    snapshot({ domain: running({ vcpus: 2, memoryKiB: 2_097_152 }) }),
    ["the domain's definition is restored: vcpus 4 to 2, memory 4096 MiB to 2048 MiB"],
  ],
  [
    "a disk that was attached since",
    running(two),
    snapshot(),
    ["the domain's definition is restored: disk vdb is detached"],
  ],
  [
    "a disk that was detached since",
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
    "by the persistent definition, where there is one apart",
    running({ vcpus: 2 }),
    snapshot({ domain: running({ vcpus: 9 }), inactiveDomain: off({ vcpus: 1 }) }),
    ["the domain's definition is restored: vcpus 2 to 1"],
  ],
];

describe("what goes with a revert", () => {
  for (const [what, now, then, expected] of TABLE) {
    it(`is ${what}`, () => {
      assert.deepEqual(losses(now, then, false, []), expected);
    });
  }

  it("is each overlay that libvirt deletes", () => {
    const told = (...files: string[]) => losses(running(), snapshot(), false, files);
    assert.deepEqual(told("/i/vda.b"), ["the overlay /i/vda.b disappears"]);
    assert.deepEqual(told("/i/vda.b", "/i/vdb.b"), ["the overlays /i/vda.b, /i/vdb.b disappear"]);
  });

  it("is each snapshot that stands on what is overwritten", () => {
    const told = (...names: string[]) => losses(running(), snapshot(), false, [], names);
    assert.deepEqual(told("b"), ['the snapshot "b" is lost, because what it depends on is overwritten']);
    assert.deepEqual(told("b", "c"), [
      'the snapshots "b", "c" are lost, because what they depend on is overwritten',
    ]);
  });

  it("is a managed-save image, after all else", () => {
    assert.deepEqual(losses(running({ vcpus: 2 }), snapshot(), true, ["/i/vda.b"]), [
      "the overlay /i/vda.b disappears",
      "the domain's definition is restored: vcpus 2 to 1",
      "the managed-save image is discarded",
    ]);
  });

  it("says nothing of a definition that the snapshot does not have", () => {
    const { domain: _none, ...bare } = snapshot();
    assert.deepEqual(losses(running({ vcpus: 5 }), bare, false, []), []);
  });

  it("is told of documents as libvirt prints them", () => {
    assert.deepEqual(
      losses(
        recorded("9.0.0/domain-backing-chain"),
        parseSnapshot(document("9.0.0/snapshot-external-partial")),
        false,
        [],
      ),
      [],
    );
  });
});
