import assert from "node:assert/strict";
import { create } from "../../../../provider/snapshot/create/create.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { obstacle } from "../../../../provider/snapshot/create/preconditions.js";
import { FakeHost } from "../../hypervisor/fake-host.js";
import { FakeHypervisor, IMAGE, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a" };
const FILE: Partial<SnapshotInputs> = { memory: { snapshot: "external", file: "/images/m" } };

describe("what stands in the way of a snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
  });
  const found = (inputs: Partial<SnapshotInputs> = {}) =>
    obstacle(new FakeHost(hypervisor), hypervisor.definition(UUID), { ...INPUTS, ...inputs });

  it("is nothing, as a rule", async () => {
    assert.equal(await found(), undefined);
    assert.equal(await found(FILE), undefined);
  });

  it("is a file where the memory is to go", async () => {
    hypervisor.files.add("/images/m");
    assert.deepEqual(await found(FILE), {
      conflict: true,
      property: "memory.file",
      reason: 'there is a file "/images/m" on the host already, and libvirt would overwrite it',
      remedy: "Name another file, or remove that one.",
    });
  });

  it("is a tag of that name in an image that libvirt knows nothing of", async () => {
    hypervisor.tags.set(IMAGE, ["b", "a"]);
    assert.deepEqual(await found(), {
      conflict: true,
      property: "name",
      reason: `the image "${IMAGE}" holds a snapshot "a" that libvirt does not know`,
      remedy: `Choose another name, or remove it while the domain is off: qemu-img snapshot -d "a" "${IMAGE}"`,
    });
  });

  it("is no tag of another name, nor one where the snapshot goes into files of its own", async () => {
    hypervisor.tags.set(IMAGE, ["aa"]);
    assert.equal(await found(), undefined);
    hypervisor.tags.set(IMAGE, ["a"]);
    assert.equal(await found({ diskOnly: true }), undefined);
    assert.equal(await found(FILE), undefined);
  });

  it("is no image that cannot be read from here", async () => {
    hypervisor.tags.set(IMAGE, undefined);
    assert.equal(await found(), undefined);
    hypervisor.here = false;
    assert.equal(await found(), undefined);
  });

  it("is what the domain itself rules out, before any file is looked at", async () => {
    domain.state = "shut off";
    const refusal = await found(FILE);
    assert.equal(refusal?.reason, "the domain is off and has no memory to capture");
    assert.ok(!hypervisor.methods.includes("fileExists"));
  });

  it("is judged by the version of the daemon", async () => {
    assert.equal(await found({ name: "a b" }), undefined);
    hypervisor.version = "11.3.0";
    assert.equal((await found({ name: "a b" }))?.property, "name");
  });

  it("makes a conflict where something would be overwritten, and nothing is touched", async () => {
    hypervisor.tags.set(IMAGE, ["a"]);
    await failsWith(
      create(new FakeHost(hypervisor), INPUTS, () => undefined),
      "Conflict",
      `Unable to take snapshot "a" of debian12: name: the image "${IMAGE}" holds a snapshot "a" that libvirt does not know. Nothing was changed. Choose another name, or remove it while the domain is off: qemu-img snapshot -d "a" "${IMAGE}"`,
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("is otherwise told as not possible here, and nothing is touched", async () => {
    await failsWith(
      create(new FakeHost(hypervisor), { ...INPUTS, memory: { snapshot: "no" } }, () => undefined),
      "Unsupported",
      'Unable to take snapshot "a" of debian12: memory: an internal snapshot of a running domain includes its memory. Nothing was changed. Leave memory out, or use diskOnly.',
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("is not taken to be absent because it could not be looked for", async () => {
    hypervisor.fail("fileExists", said("Denied", "no"));
    await failsWith(found(FILE), "Denied");
    hypervisor.fail("imageTags", said("Unexpected", "no"));
    await failsWith(found(), "Unexpected");
  });
});
