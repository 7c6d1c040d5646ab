import assert from "node:assert/strict";
import { create } from "../../../../provider/snapshot/create/create.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { lookBeforeCreate } from "../../../../provider/snapshot/create/look.js";
import { unmetPrecondition } from "../../../../provider/snapshot/create/preconditions.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { FakeHypervisor, IMAGE, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a" };
const FILE: Partial<SnapshotInputs> = { memory: { snapshot: "external", file: "/images/m" } };

describe("an unmet precondition of a snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
  });
  async function found(changes: Partial<SnapshotInputs> = {}) {
    const inputs = { ...INPUTS, ...changes };
    const facts = await lookBeforeCreate(fakeHost(hypervisor), { uuid: UUID, name: "debian12" }, inputs);
    return unmetPrecondition(inputs, facts);
  }

  it("is absent if nothing prevents the snapshot", async () => {
    assert.equal(await found(), undefined);
    assert.equal(await found(FILE), undefined);
  });

  it("is an existing memory file", async () => {
    hypervisor.files.add("/images/m");
    assert.deepEqual(await found(FILE), {
      conflict: true,
      property: "memory.file",
      reason: 'the host already has a file "/images/m", and libvirt would overwrite it',
      remedy: "Name another file, or remove that one.",
    });
  });

  it("is an overlay that the domain is on already, with the command that merges it", async () => {
    const changes = { name: "qcow2", diskOnly: true };
    assert.deepEqual(await found(changes), {
      conflict: true,
      property: "name",
      reason: `libvirt would make the overlay "${IMAGE}", and disk vda is on that file already`,
      remedy:
        "Choose another name. If no snapshot is listed for that overlay, an interrupted create left the domain on it. " +
        `To merge it into the image below it, while the domain runs: virsh blockcommit ${UUID} vda --active --pivot --wait. ` +
        `After that: rm ${IMAGE}`,
    });
  });

  it("is a tag of that name in an image that libvirt does not know", async () => {
    hypervisor.tags.set(IMAGE, ["b", "a"]);
    assert.deepEqual(await found(), {
      conflict: true,
      property: "name",
      reason: `the image "${IMAGE}" holds a snapshot "a" that libvirt does not know`,
      remedy: `It may be someone's recovery point: choose another name. To see what it is: qemu-img info -U "${IMAGE}". To have libvirt list it again: virsh snapshot-create debian12 FILE --redefine; docs/troubleshooting.md shows the FILE. Only if nobody needs it, remove it while the domain is off: qemu-img snapshot -d "a" "${IMAGE}"`,
    });
  });

  it("is neither a tag of another name, nor any tag if the snapshot is external", async () => {
    hypervisor.tags.set(IMAGE, ["aa"]);
    assert.equal(await found(), undefined);
    hypervisor.tags.set(IMAGE, ["a"]);
    assert.equal(await found({ diskOnly: true }), undefined);
    assert.equal(await found(FILE), undefined);
  });

  it("is not an image that cannot be read from this machine", async () => {
    hypervisor.tags.set(IMAGE, undefined);
    assert.equal(await found(), undefined);
    hypervisor.here = false;
    assert.equal(await found(), undefined);
  });

  it("is first what the domain itself rules out, and then a file", async () => {
    domain.state = "shut off";
    hypervisor.files.add("/images/m");
    const refusal = await found(FILE);
    assert.equal(refusal?.reason, "the domain is off and has no memory to capture");
  });

  it("depends on the version of the daemon", async () => {
    assert.equal(await found({ name: "a b" }), undefined);
    hypervisor.version = "11.3.0";
    assert.equal((await found({ name: "a b" }))?.property, "name");
  });

  it("is a conflict if something would be overwritten, and nothing is changed", async () => {
    hypervisor.tags.set(IMAGE, ["a"]);
    await failsWith(
      create(fakeOperation(hypervisor), INPUTS),
      "Conflict",
      `Unable to take snapshot "a" of debian12: name: the image "${IMAGE}" holds a snapshot "a" that libvirt does not know. Nothing was changed. It may be someone's recovery point: choose another name. To see what it is: qemu-img info -U "${IMAGE}". To have libvirt list it again: virsh snapshot-create debian12 FILE --redefine; docs/troubleshooting.md shows the FILE. Only if nobody needs it, remove it while the domain is off: qemu-img snapshot -d "a" "${IMAGE}"`,
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("is otherwise reported as unsupported, and nothing is changed", async () => {
    await failsWith(
      create(fakeOperation(hypervisor), { ...INPUTS, memory: { snapshot: "no" } }),
      "Unsupported",
      'Unable to take snapshot "a" of debian12: memory: an internal snapshot of a running domain includes its memory. Nothing was changed. Leave memory out, or use diskOnly.',
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("is not considered met because the check failed", async () => {
    hypervisor.fail("fileExists", said("Denied", "no"));
    await failsWith(found(FILE), "Denied");
    hypervisor.fail("imageTags", said("Unexpected", "no"));
    await failsWith(found(), "Unexpected");
  });
});
