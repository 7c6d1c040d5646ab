import assert from "node:assert/strict";
import { isProvenAbsent } from "../../../provider/snapshot/image-tags.js";
import { fakeHost } from "../hypervisor/fake-host.js";
import { ENDLESSLY, FakeHypervisor, IMAGE } from "../hypervisor/fake-hypervisor.js";
import { failsWith } from "./rejects.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const TAG = { domainUuid: UUID, image: IMAGE, name: "a", tried: "revert debian12" };

describe("a tag in an image", () => {
  let hypervisor: FakeHypervisor;
  let pauses: number[];
  const pause = (ms: number) => Promise.resolve(void pauses.push(ms));
  const isAbsent = () => isProvenAbsent({ ...fakeHost(hypervisor), pause }, TAG);
  const looks = () => hypervisor.calls.filter(([method]) => method === "imageTags").length;
  /** What each look finds; the last one again and again. */
  const finds = (...lists: (string[] | undefined)[]) => {
    hypervisor.tags.set(IMAGE, lists[0]);
    hypervisor.during(
      "imageTags",
      () => void hypervisor.tags.set(IMAGE, lists[Math.min(looks(), lists.length) - 1]),
    );
  };

  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    hypervisor.define({ uuid: UUID, name: "debian12" });
    pauses = [];
  });

  it("is there if one look finds it", async () => {
    finds(["b", "a"]);
    assert.equal(await isAbsent(), false);
    assert.deepEqual([hypervisor.methods, pauses], [["imageTags"], []]);
  });

  it("is not called absent in an image that cannot be read from here", async () => {
    finds(undefined);
    assert.equal(await isAbsent(), false);
    finds(["b"], undefined);
    assert.equal(await isAbsent(), false);
  });

  it("is absent if no look finds it, at different times, while the domain is idle", async () => {
    finds(["b"]);
    assert.equal(await isAbsent(), true);
    assert.deepEqual(hypervisor.methods, [
      "imageTags",
      "domainControl",
      "imageTags",
      "imageTags",
      "imageTags",
      "domainControl",
    ]);
    assert.equal(new Set(pauses).size, 3);
  });

  for (const missed of [1, 2, 3]) {
    it(`is there although ${missed} looks missed it`, async () => {
      finds(...Array<string[]>(missed).fill([]), ["a"]);
      assert.equal(await isAbsent(), false);
      assert.equal(looks(), missed + 1);
    });
  }

  it("is looked for again after a job that held the domain before the looks", async () => {
    hypervisor.domain(UUID).control = ["occupied (0.1s)"];
    finds([]);
    assert.equal(await isAbsent(), true);
    assert.equal(looks(), 7);
  });

  it("is looked for again after a job that held the domain at the end of the looks", async () => {
    finds([]);
    hypervisor.during("domainControl", () => {
      const nth = hypervisor.methods.filter((method) => method === "domainControl").length;
      hypervisor.domain(UUID).control = nth === 2 ? ["occupied (0.1s)"] : [];
    });
    assert.equal(await isAbsent(), true);
    assert.equal(looks(), 7);
  });

  it("is neither there nor absent while a job goes on and on", async () => {
    finds([]);
    hypervisor.domain(UUID).control = ["background job (1.0s)", ENDLESSLY];
    const error = await failsWith(isAbsent(), "Busy");
    assert.equal(
      error.message,
      `Unable to revert debian12: whether "${IMAGE}" holds the data of snapshot "a" cannot be seen while another job ` +
        "holds the domain: background job (1.0s), background job (1.0s). Nothing was changed. " +
        "Try again when `virsh domcontrol` says ok.",
    );
  });
});
