import assert from "node:assert/strict";
import { chainRefusal, chainWarning } from "../../../provider/capabilities/chain-depth.js";

const vda = (images: number) => [{ target: "vda", images }];

describe("the chain of a disk that an external snapshot makes longer", () => {
  const limits: [version: string, most: number][] = [
    ["9.0.0", 200],
    ["10.7.0", 200],
    ["10.8.0", 25],
    ["11.3.0", 25],
    ["11.10.0", 25],
    ["12.0.0", 200],
    ["12.8.0", 200],
  ];
  for (const [version, most] of limits) {
    it(`has at most ${most} images on ${version}; a preview warns of the last five`, () => {
      assert.equal(chainRefusal(vda(most - 1), version), undefined);
      assert.ok(chainRefusal(vda(most), version) !== undefined);
      assert.equal(chainWarning(vda(most - 6), version), undefined);
      for (const images of [most - 5, most - 1]) assert.ok(chainWarning(vda(images), version) !== undefined);
      assert.equal(chainWarning(vda(most), version), undefined, "that one is refused");
    });
  }

  it("is refused with the reason and the ways out", () => {
    assert.deepEqual(chainRefusal([...vda(3), { target: "vdb", images: 25 }], "11.3.0"), {
      property: "disks",
      reason:
        "the chain of disk vdb has 25 images already, and libvirt 11.3.0 starts no domain with more than 25 images in the chain of a disk",
      remedy:
        "Delete external snapshots that you no longer need, which merges their overlays, upgrade the host to libvirt 12.0, or take an internal snapshot.",
    });
    assert.deepEqual(chainRefusal(vda(200), "12.8.0"), {
      property: "disks",
      reason: "the chain of disk vda has 200 images already, and libvirt allows no more than 200",
      remedy:
        "Delete external snapshots that you no longer need, which merges their overlays, or take an internal snapshot.",
    });
  });

  it("is announced with its length and the limit", () => {
    assert.equal(
      chainWarning(vda(197), "9.0.0"),
      "makes the chain of disk vda 198 images long, and libvirt allows no more than 200. " +
        "Delete external snapshots that you no longer need, which merges their overlays",
    );
  });

  it("is of no account where no disk gets an overlay", () => {
    assert.equal(chainRefusal([], "11.3.0"), undefined);
    assert.equal(chainWarning([], "11.3.0"), undefined);
  });
});
