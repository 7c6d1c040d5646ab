import assert from "node:assert/strict";
import {
  overwrittenImages,
  dependingOn,
  snapshotsLostBy,
} from "../../../provider/snapshot/image-dependencies.js";
import type { DomainXml } from "../../../provider/xml/domain.js";
import type { SnapshotDisk, SnapshotXml } from "../../../provider/xml/snapshot.js";
import { disk, running } from "../capabilities/domains.js";
import { fakeHost } from "../hypervisor/fake-host.js";
import { domainOn, EXTERNAL, FakeHypervisor, said } from "../hypervisor/fake-hypervisor.js";
import { UUID } from "./states.js";

const on = (source: string, more: Partial<DomainXml["disks"][number]> = {}) =>
  running({ disks: [disk("vda", { source, ...more })] });

/** A snapshot that was taken while the domain was on this image: inside it, or with an overlay above it. */
function snapshot(
  name: string,
  image: string,
  overlay?: string,
  more: Partial<SnapshotXml> = {},
): SnapshotXml {
  const vda: SnapshotDisk =
    overlay === undefined
      ? { name: "vda", snapshot: "internal" }
      : { name: "vda", snapshot: "external", type: "file", source: overlay };
  return {
    name,
    state: "running",
    creationTime: 1,
    memory: { snapshot: "no" },
    disks: [vda],
    domain: on(image),
    ...more,
  };
}

describe("the snapshots that a revert to one inside an image destroys", () => {
  const table: [what: string, images: string[], snapshots: SnapshotXml[], lost: string[]][] = [
    ["one that depends on the image", ["/x"], [snapshot("b", "/x", "/x.b")], ["b"]],
    [
      "those on its overlay too, external and internal",
      ["/x"],
      [
        snapshot("d", "/x.c", "/x.d"),
        snapshot("c", "/x.b", "/x.c"),
        snapshot("b", "/x", "/x.b"),
        snapshot("i", "/x.b"),
      ],
      ["d", "c", "b", "i"],
    ],
    [
      "those on an overlay that a revert to it made",
      ["/x"],
      [
        snapshot("b", "/x", "/x.b", { revertDisks: [{ name: "vda", snapshot: "external", source: "/x.1" }] }),
        snapshot("c", "/x.1", "/x.c"),
      ],
      ["b", "c"],
    ],
    ["not those inside the image", ["/x"], [snapshot("a", "/x")], []],
    ["not those below it", ["/x.b"], [snapshot("b", "/x", "/x.b"), snapshot("a", "/x")], []],
    ["not those of other images", ["/x"], [snapshot("b", "/y", "/y.b")], []],
    [
      "not one that left that disk out",
      ["/x"],
      [snapshot("b", "/x", "/x.b", { disks: [{ name: "vda", snapshot: "no" }] })],
      [],
    ],
  ];
  for (const [what, images, snapshots, lost] of table) {
    it(`are ${what}`, () => assert.deepEqual(dependingOn(images, snapshots), lost));
  }

  it("are named although one that is listed no longer exists", async () => {
    const hypervisor = new FakeHypervisor();
    const domain = hypervisor.define({ uuid: UUID, name: "debian12" });
    domain.snapshots = [
      { name: "gone", creationTime: 1 },
      { name: "b", creationTime: 2, captured: EXTERNAL + domainOn("/x") },
    ];
    const host = fakeHost(hypervisor);
    const read = host.readSnapshot.bind(host);
    host.readSnapshot = (uuid, name) =>
      name === "gone" ? Promise.reject(said("NotFound", "no domain snapshot")) : read(uuid, name);
    assert.deepEqual(await snapshotsLostBy(host, UUID, snapshot("a", "/x"), on("/x.b")), ["b"]);
  });

  it("are none, without a query, if the domain is on the image, or the target is external", async () => {
    const hypervisor = new FakeHypervisor();
    const host = fakeHost(hypervisor);
    assert.deepEqual(await snapshotsLostBy(host, UUID, snapshot("a", "/x"), on("/x")), []);
    assert.deepEqual(await snapshotsLostBy(host, UUID, snapshot("b", "/x", "/x.b"), on("/x.c")), []);
    assert.deepEqual(hypervisor.calls, []);
  });
});

describe("an image that a snapshot depends on and that was written to since", () => {
  let hypervisor: FakeHypervisor;
  beforeEach(() => (hypervisor = new FakeHypervisor()));
  const found = (target: SnapshotXml, now: DomainXml) => overwrittenImages(fakeHost(hypervisor), target, now);

  it("is the one that the domain is on", async () => {
    assert.deepEqual(await found(snapshot("b", "/x", "/x.b"), on("/x")), ["/x"]);
  });

  it("is one further below in the domain's backing chain, according to libvirt or the image", async () => {
    const known = snapshot("c", "/x.b", "/x.c", { domain: on("/x.b", { backing: [{ source: "/x" }] }) });
    assert.deepEqual(await found(known, on("/x")), ["/x"]);
    for (const target of [snapshot("c", "/x.b", "/x.c"), snapshot("i", "/x.b")]) {
      assert.deepEqual(await found(target, on("/x")), []);
      hypervisor.chains.set("/x.b", ["/x.b", "/x"]);
      assert.deepEqual(await found(target, on("/x")), ["/x"]);
      hypervisor.chains.clear();
    }
  });

  it("is not one that an overlay protects", async () => {
    hypervisor.chains.set("/x", ["/x"]);
    assert.deepEqual(await found(snapshot("b", "/x", "/x.b"), on("/x.b")), []);
  });

  it("is not one that contains the snapshot, and nothing is queried", async () => {
    assert.deepEqual(await found(snapshot("a", "/x"), on("/x")), []);
    assert.deepEqual(hypervisor.calls, []);
  });

  it("is not found for a snapshot without the domain's definition", async () => {
    const { domain: _none, ...bare } = snapshot("b", "/x", "/x.b");
    assert.deepEqual(await found(bare, on("/x")), []);
  });
});
