import assert from "node:assert/strict";
import type { Revert } from "../../../../provider/snapshot/plan.js";
import { decideRevert } from "../../../../provider/snapshot/revert/decide.js";
import { lookBeforeRevert, type RevertFacts } from "../../../../provider/snapshot/revert/look.js";
import type { SnapshotXml } from "../../../../provider/xml/snapshot.js";
import { running } from "../../capabilities/domains.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { EXTERNAL, FakeHypervisor, IMAGE, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { revertStep, UUID } from "../states.js";

const NOW = new Date("2027-01-15T09:00:00.000Z");

const snapshot: SnapshotXml = {
  name: "a",
  state: "running",
  creationTime: 1_800_000_001,
  memory: { snapshot: "internal" },
  disks: [{ name: "vda", snapshot: "internal" }],
};
const overlay: SnapshotXml = { ...snapshot, disks: [{ name: "vda", snapshot: "external" }] };
const disksAlone: SnapshotXml = { ...overlay, state: "disk-snapshot", memory: { snapshot: "no" } };
const disksOff: SnapshotXml = { ...disksAlone, state: "shutoff" };
const memoryFile: SnapshotXml = { ...overlay, memory: { snapshot: "external", file: "/m" } };

function planned(options: Revert["options"], situation: Partial<RevertFacts> = {}) {
  const found = {
    ...{ now: running(), snapshot, differences: [], managedSave: false, current: "a", version: "12.8.0" },
    imagesWithout: [],
  };
  return decideRevert(revertStep({ options }), { ...found, ...situation }, NOW);
}

describe("the plan of a revert", () => {
  const off = { running: false, paused: false, force: undefined, resetNvram: undefined };
  const table: [options: Revert["options"], found: SnapshotXml, request: object, stop: boolean][] = [
    [{}, snapshot, off, false],
    [{ to: "captured" }, snapshot, off, false],
    [{ to: "running" }, snapshot, { ...off, running: true }, false],
    [{ to: "paused" }, snapshot, { ...off, paused: true }, false],
    [{ to: "shutoff" }, snapshot, off, true],
    [{}, disksAlone, { ...off, running: true }, false],
    [{ to: "paused" }, disksAlone, { ...off, paused: true }, false],
    [{ to: "shutoff" }, disksAlone, off, true],
    [{}, disksOff, off, false],
    [{ force: true }, snapshot, { ...off, force: true }, false],
    [{ resetNvram: true, to: "running" }, snapshot, { ...off, running: true, resetNvram: true }, false],
  ];
  for (const [options, found, request, stopAfterwards] of table) {
    it(`to a ${found.state} snapshot has the right flags for ${JSON.stringify(options)}`, () => {
      const plan = planned(options, { snapshot: found });
      assert.deepEqual([plan.request, plan.stopAfterwards], [request, stopAfterwards]);
      assert.equal(plan.refusal, undefined);
    });
  }

  it("predicts what libvirt requires force for", () => {
    const whole: SnapshotXml = { ...snapshot, domain: running() };
    const bare: SnapshotXml = { ...whole, state: "shutoff", memory: { snapshot: "no" } };
    const risks = (found: SnapshotXml, managedSave: boolean, options: Revert["options"] = {}) =>
      planned(options, { snapshot: found, managedSave }).needsForce;
    assert.equal(risks(whole, true), undefined);
    assert.equal(risks(bare, false), undefined);
    assert.match(risks(bare, true) ?? "", /^the domain has a managed-save image/);
    assert.match(risks(snapshot, false) ?? "", /^the snapshot does not hold the domain's definition$/);
    assert.equal(risks(bare, true, { force: true }), undefined);
  });

  const EXTERNAL_REFUSED = "cannot revert to an external snapshot";
  const ALONE_REFUSED = "cannot revert to a disk-only snapshot of a running domain";
  const gates: [what: string, found: SnapshotXml, version: string, reason?: string, remedy?: string][] = [
    [
      "external disks, while off",
      disksOff,
      "9.9.0",
      EXTERNAL_REFUSED,
      "Upgrade the host to libvirt 9.10 or later, or take internal snapshots.",
    ],
    ["external disks, while off", disksOff, "9.10.0"],
    [
      "external memory",
      { ...snapshot, disks: [], memory: { snapshot: "external" } },
      "9.0.0",
      EXTERNAL_REFUSED,
      "Upgrade the host to libvirt 9.10 or later, or take internal snapshots.",
    ],
    ["external memory", memoryFile, "9.10.0"],
    [
      "disks alone of a running domain",
      disksAlone,
      "10.9.0",
      ALONE_REFUSED,
      "Upgrade the host to libvirt 10.10 or later, or capture memory as well.",
    ],
    ["disks alone of a running domain", disksAlone, "10.10.0"],
    ["internal disks and memory", snapshot, "9.0.0"],
  ];
  for (const [what, found, version, reason, remedy = ""] of gates) {
    it(`${reason === undefined ? "is allowed" : "is refused"} for ${what} on ${version}`, () => {
      const { refusal } = planned({}, { snapshot: found, version });
      const message = `Unable to revert debian12 to snapshot "a": libvirt ${version} ${reason ?? ""}. Nothing was changed. ${remedy}`;
      assert.equal(refusal?.message, reason === undefined ? undefined : message);
      assert.equal(refusal?.kind, reason === undefined ? undefined : "Unsupported");
    });
  }

  it("is refused if its data is missing", () => {
    assert.equal(
      planned({ force: true }, { imagesWithout: ["/i/vda", "/i/vdb"] }).refusal?.message,
      'Unable to revert debian12 to snapshot "a": its data is missing in "/i/vda", "/i/vdb": someone removed it from the image. Nothing was changed. Look at the images with qemu-img info -U. If a backup of them has the data, restore it while the domain is off. A new name takes a new snapshot of the current state; deleteScope: "metadata" lets the old one leave the program without a change to any image.',
    );
  });

  it("is refused if an image that it depends on was written to since", () => {
    assert.equal(
      planned({ force: true }, { snapshot: disksOff, overwritten: ["/i/vda"] }).refusal?.message,
      'Unable to revert debian12 to snapshot "a": what it captured is overwritten: it depends on "/i/vda", and the domain went back to a snapshot inside that image and has been writing to it since. Nothing was changed. Look at the images with qemu-img info -U. If a backup of them has the data, restore it while the domain is off. A new name takes a new snapshot of the current state; deleteScope: "metadata" lets the old one leave the program without a change to any image.',
    );
  });

  it("is refused if libvirt would delete what other snapshots need", () => {
    const overlays = { files: ["/i/vda.a"], neededBy: ["b", "c"] };
    assert.equal(
      planned({ force: true }, { snapshot: disksOff, overlays }).refusal?.message,
      'Unable to revert debian12 to snapshot "a": libvirt would delete "/i/vda.a", which "b", "c" came after: the current snapshot was set by hand. ' +
        `Nothing was changed. Set it to the snapshot that the domain was on last: virsh snapshot-current ${UUID} NAME`,
    );
  });

  it("names what is deleted with it", () => {
    const overlays = { files: ["/i/vda.b"], neededBy: [] };
    const { losses, dropManagedSave } = planned({}, { snapshot: overlay, managedSave: true, overlays });
    assert.deepEqual(losses, ["the overlay /i/vda.b disappears", "the managed-save image is discarded"]);
    assert.equal(dropManagedSave, true);
  });

  it("keeps the overlay for a safety snapshot", () => {
    const overlays = { files: ["/i/vda.b"], neededBy: [] };
    assert.deepEqual(planned({ safetySnapshot: { keep: 1 } }, { snapshot: disksAlone, overlays }).losses, []);
  });
});

describe("the facts before a revert", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [{ name: "a", creationTime: 1_800_000_001 }],
    });
  });
  const seen = () => lookBeforeRevert(fakeHost(hypervisor), revertStep());

  it("are read without a change", async () => {
    hypervisor.version = "10.10.0";
    domain.saved = true;
    const { now, snapshot: found, managedSave, version, imagesWithout } = await seen();
    assert.deepEqual(
      [now.uuid, found.name, managedSave, version, imagesWithout],
      [UUID, "a", true, "10.10.0", []],
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("include no managed save of another domain", async () => {
    hypervisor.define({ uuid: "4b239424-eb0f-402a-854c-8a2b01c15fea", name: "other", saved: true });
    assert.equal((await seen()).managedSave, false);
  });

  it("include an image without the snapshot's data", async () => {
    hypervisor.tags.set(IMAGE, ["b"]);
    assert.deepEqual((await seen()).imagesWithout, [IMAGE]);
  });

  it("include neither an image that cannot be read from this machine, nor one of an external snapshot", async () => {
    hypervisor.tags.set(IMAGE, undefined);
    assert.deepEqual((await seen()).imagesWithout, []);
    hypervisor.tags.set(IMAGE, []);
    domain.snapshots = [{ name: "a", creationTime: 1_800_000_001, captured: EXTERNAL }];
    assert.deepEqual((await seen()).imagesWithout, []);
  });

  it("include the image at that time, although an overlay has replaced it", async () => {
    const then = `<domain type='kvm'><name>debian12</name><uuid>${UUID}</uuid><memory>65536</memory><vcpu>1</vcpu><devices><disk type='file' device='disk'><source file='/images/then'/><target dev='vda'/></disk></devices></domain>`;
    domain.snapshots = [
      {
        name: "a",
        creationTime: 1_800_000_001,
        captured: `<memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>${then}`,
      },
    ];
    hypervisor.tags.set(IMAGE, []).set("/images/then", ["a"]);
    assert.deepEqual((await seen()).imagesWithout, []);
    hypervisor.tags.set("/images/then", []);
    assert.deepEqual((await seen()).imagesWithout, ["/images/then"]);
  });

  it("do not come from another snapshot that has its name now", async () => {
    domain.snapshots = [{ name: "a", creationTime: 5 }];
    await failsWith(seen(), "NotFound");
  });
});
