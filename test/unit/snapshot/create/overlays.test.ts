import assert from "node:assert/strict";
import type { Notice } from "../../../../provider/hypervisor/notice.js";
import { create } from "../../../../provider/snapshot/create/create.js";
import { lookBeforeCreate } from "../../../../provider/snapshot/create/look.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { FakeHypervisor, IMAGE, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const OVERLAY = "/images/vda.a";
const INPUTS = { domain: "debian12", name: "a", diskOnly: true };

describe("an external snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let told: Notice[];
  const take = () =>
    create({ ...fakeOperation(hypervisor), tell: (notice) => void told.push(notice) }, INPUTS);

  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12", state: "shut off" });
    told = [];
  });

  describe("of a domain that is off", () => {
    it("narrows an overlay that is readable for more than the image below it, and says so", async () => {
      hypervisor.modes.set(IMAGE, 0o640).set(OVERLAY, 0o644);
      await take();
      assert.equal(hypervisor.modes.get(OVERLAY), 0o640);
      assert.deepEqual(told, [
        {
          severity: "info",
          text:
            `The overlay "${OVERLAY}" of snapshot "a" had mode 0644, wider than the image below it (0640), ` +
            "and has 0640 now (CVE-2025-13193).",
        },
      ]);
    });

    it("leaves an overlay with the mode of the image, or a narrower one", async () => {
      for (const mode of [0o644, 0o600]) {
        domain.snapshots = [];
        hypervisor.modes.set(IMAGE, 0o644).set(OVERLAY, mode);
        await take();
        assert.equal(hypervisor.modes.get(OVERLAY), mode);
      }
      assert.deepEqual(told, []);
    });

    it("reports an overlay that cannot be narrowed from here", async () => {
      hypervisor.modes.set(IMAGE, 0o600);
      await take();
      assert.deepEqual(told, [
        {
          severity: "warning",
          text:
            `The overlay "${OVERLAY}" of snapshot "a" had mode 0644, wider than the image below it (0600), and cannot be ` +
            `changed from here (CVE-2025-13193). As its owner: chmod 0600 "${OVERLAY}"`,
        },
      ]);
    });

    it("says nothing of files on another machine", async () => {
      hypervisor.here = false;
      await take();
      assert.deepEqual(told, []);
    });
  });

  it("of a running domain is none of this: libvirt gives its overlay to QEMU alone", async () => {
    domain.state = "running";
    hypervisor.modes.set(IMAGE, 0o600);
    await take();
    assert.deepEqual(told, []);
  });

  describe("knows the chains that it makes longer", () => {
    const chains = async (inputs: object = {}) =>
      (await lookBeforeCreate(fakeHost(hypervisor), domain, { ...INPUTS, ...inputs })).chains;

    it("of a running domain, from its definition", async () => {
      domain.state = "running";
      const disk = {
        target: "vda",
        device: "disk",
        type: "file",
        driver: "qcow2",
        source: IMAGE,
        readonly: false,
      };
      domain.xml = { disks: [{ ...disk, backing: [{ source: "/b" }, { source: "/c" }] }] };
      assert.deepEqual(await chains(), [{ target: "vda", images: 3 }]);
    });

    it("of a domain that is off, from its images", async () => {
      hypervisor.chains.set(IMAGE, [IMAGE, "/b"]);
      assert.deepEqual(await chains(), [{ target: "vda", images: 2 }]);
    });

    it("unless the images cannot be read from here, or it is internal", async () => {
      assert.deepEqual(await chains({ diskOnly: false }), []);
      hypervisor.here = false;
      assert.deepEqual(await chains(), []);
    });
  });

  it("is refused where the domain could not start with it, and nothing is changed", async () => {
    hypervisor.version = "11.3.0";
    hypervisor.chains.set(
      IMAGE,
      Array.from({ length: 25 }, (_, n) => `/${n}`),
    );
    const error = await failsWith(take(), "Unsupported");
    assert.match(
      error.message,
      /disks: the chain of disk vda has 25 images already, and libvirt 11\.3\.0 starts no domain/,
    );
    assert.deepEqual(hypervisor.changes, []);
  });
});
