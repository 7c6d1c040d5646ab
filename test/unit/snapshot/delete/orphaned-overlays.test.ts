import assert from "node:assert/strict";
import type { Host } from "../../../../provider/hypervisor/host.js";
import { deleteWithSafety } from "../../../../provider/snapshot/delete/delete.js";
import type { SnapshotState } from "../../../../provider/snapshot/state.js";
import type { DomainDisk } from "../../../../provider/xml/domain.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { operationOn } from "../../hypervisor/fake-operation.js";
import { EXTERNAL, FakeHypervisor, IMAGE, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { stateWith, UUID } from "../states.js";

const OVERLAY = "/images/vda.overlay";
const OTHER = "22222222-2222-4222-8222-222222222222";
const [LEFT, END] = [
  `The overlay "${OVERLAY}" of the deleted snapshot "a" of debian12 is left on the host: `,
  ".",
];

function disk(source: string, backing: DomainDisk["backing"] = []): DomainDisk {
  return {
    target: "vda",
    device: "disk",
    type: "file",
    driver: "qcow2",
    source,
    readonly: false,
    backing,
  };
}

describe("the overlay that libvirt leaves when it deletes an external snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let host: Host;
  let told: string[];
  beforeEach(() => {
    told = [];
    hypervisor = new FakeHypervisor();
    host = fakeHost(hypervisor);
    hypervisor.version = "11.3.0";
    hypervisor.files.add(OVERLAY).add(IMAGE);
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [
        { name: "root", creationTime: 1_800_000_000 },
        { name: "a", creationTime: 1_800_000_001, parent: "root", captured: EXTERNAL },
      ],
      current: "root",
    });
  });
  const removed = (changes: Partial<SnapshotState> = {}) =>
    deleteWithSafety(operationOn(host, { tell: ({ text }) => void told.push(text) }), stateWith(changes));
  const stays = async (why: string, changes?: Partial<SnapshotState>) => {
    await removed(changes);
    assert.ok(hypervisor.files.has(OVERLAY));
    assert.deepEqual(told, [LEFT + why + END]);
    assert.deepEqual(
      domain.snapshots.map(({ name }) => name).filter((name) => name === "a"),
      [],
    );
  };

  it("is removed if nothing needs it, and no other file is", async () => {
    await removed();
    assert.deepEqual([[...hypervisor.files], told], [[IMAGE], []]);
  });

  it("is removed too if a revert to the snapshot made it", async () => {
    const captured = EXTERNAL.replaceAll("vda.overlay", "vda.gone").concat(
      EXTERNAL.slice(EXTERNAL.indexOf("<disks>")).replaceAll("disks>", "revertDisks>"),
    );
    Object.assign(domain.snapshots[1] ?? {}, { captured });
    await removed();
    assert.deepEqual([[...hypervisor.files], told], [[IMAGE], []]);
  });

  it("is not looked for if there is none, and nothing is queried", async () => {
    await removed({ name: "root", creationTime: "2027-01-15T08:00:00Z" });
    assert.deepEqual(
      hypervisor.methods.filter((method) =>
        ["fileExists", "imageFiles", "domainXml"].includes(String(method)),
      ),
      [],
    );
    hypervisor.files.delete(OVERLAY);
    await removed();
    assert.ok(!hypervisor.methods.includes("imageFiles"));
    assert.deepEqual(told, []);
  });

  it("is not looked for if the data is to stay", async () => {
    await removed({ deleteScope: "metadata" });
    assert.deepEqual([hypervisor.files.has(OVERLAY), told], [true, []]);
  });

  it("is never a block device", async () => {
    const captured = EXTERNAL.replace("type='file'", "type='block'").replace("file=", "dev=");
    Object.assign(domain.snapshots[1] ?? {}, { captured });
    await removed();
    assert.deepEqual([hypervisor.files.has(OVERLAY), told], [true, []]);
  });

  describe("stays, and is reported, if", () => {
    it("it existed before", () =>
      stays("it was there before the snapshot (reuseExternal)", { reuseExternal: true }));

    it("the current snapshot owns it, because a manual revert may need it", async () => {
      domain.current = "a";
      await stays("it may hold what debian12 wrote last");
    });

    it("the domain runs on it", async () => {
      domain.xml = { disks: [disk(OVERLAY)] };
      await stays("debian12 needs it");
    });

    it("the domain runs on an image above it, according to libvirt", async () => {
      domain.xml = { disks: [disk("/images/top", [{ source: OVERLAY, driver: "qcow2" }])] };
      await stays("debian12 needs it");
    });

    it("the domain is on an image above it, according to the image", async () => {
      hypervisor.chains.set(IMAGE, [IMAGE, OVERLAY]);
      await stays("debian12 needs it");
    });

    it("another snapshot names it", async () => {
      domain.snapshots.push({ name: "b", creationTime: 1_800_000_002, captured: EXTERNAL });
      await stays('snapshot "b" needs it');
    });

    it("another snapshot depends on it", async () => {
      const captured = EXTERNAL.replaceAll("vda.overlay", "vda.b");
      domain.snapshots.push({ name: "b", creationTime: 1_800_000_002, captured });
      hypervisor.chains.set("/images/vda.b", ["/images/vda.b", OVERLAY, IMAGE]);
      await stays('snapshot "b" needs it');
    });

    it("another domain uses it as its disk", async () => {
      hypervisor.define({ uuid: OTHER, name: "rescue", xml: { disks: [disk(OVERLAY)] } });
      await stays("domain rescue needs it");
    });

    it("another domain that is off has a clone based on it, which only the clone's image shows", async () => {
      hypervisor.define({ uuid: OTHER, name: "clone", xml: { disks: [disk("/images/clone")] } });
      hypervisor.chains.set("/images/clone", ["/images/clone", OVERLAY, IMAGE]);
      await stays("domain clone needs it");
    });

    it("the backing chain of another domain's image cannot be read", async () => {
      hypervisor.define({ uuid: OTHER, name: "clone", xml: { disks: [disk("/images/clone")] } });
      hypervisor.chains.set("/images/clone", undefined);
      await stays("whether domain clone needs it could not be seen");
    });

    it("a process uses it", async () => {
      hypervisor.locked.add(OVERLAY);
      await stays("a process uses it");
    });

    it("the backing chain of the domain's own image cannot be read", async () => {
      hypervisor.chains.set(IMAGE, undefined);
      await stays("whether debian12 needs it could not be seen");
    });

    it("a snapshot cannot be read", async () => {
      domain.snapshots.push({ name: "b", creationTime: 1_800_000_002 });
      const read = host.readSnapshot.bind(host);
      host.readSnapshot = (uuid, name) =>
        name === "b" ? Promise.reject(said("Unexpected", "gibberish")) : read(uuid, name);
      await stays("whether anything needs it could not be seen (gibberish)");
    });

    it("the host is another machine", async () => {
      hypervisor.here = false;
      await stays("it cannot be removed from here");
    });
  });

  it("is removed also if another domain was undefined meanwhile", async () => {
    hypervisor.define({ uuid: OTHER, name: "gone" });
    const read = host.domainXml.bind(host);
    host.domainXml = (uuid) => (uuid === OTHER ? Promise.reject(said("NotFound", "no domain")) : read(uuid));
    await removed();
    assert.deepEqual([[...hypervisor.files], told], [[IMAGE], []]);
  });
});
