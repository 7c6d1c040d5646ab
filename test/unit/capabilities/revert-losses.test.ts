import assert from "node:assert/strict";
import { revertLosses } from "../../../provider/capabilities/revert-losses.js";

describe("the losses of a revert", () => {
  it("are none if nothing else is lost", () => {
    assert.deepEqual(revertLosses([], false, []), []);
  });

  it("name each difference of the definition in one clause", () => {
    assert.deepEqual(revertLosses(["vcpus 4 to 2", "disk vdb is detached"], false, []), [
      "the domain's definition is restored: vcpus 4 to 2, disk vdb is detached",
    ]);
  });

  it("include each overlay that libvirt deletes", () => {
    const told = (...files: string[]) => revertLosses([], false, files);
    assert.deepEqual(told("/i/vda.b"), ["the overlay /i/vda.b disappears"]);
    assert.deepEqual(told("/i/vda.b", "/i/vdb.b"), ["the overlays /i/vda.b, /i/vdb.b disappear"]);
  });

  it("include each snapshot that depends on what is overwritten", () => {
    const told = (...names: string[]) => revertLosses([], false, [], names);
    assert.deepEqual(told("b"), ['the snapshot "b" is lost, because what it depends on is overwritten']);
    assert.deepEqual(told("b", "c"), [
      'the snapshots "b", "c" are lost, because what they depend on is overwritten',
    ]);
  });

  it("end with the managed-save image", () => {
    assert.deepEqual(revertLosses(["vcpus 2 to 1"], true, ["/i/vda.b"]), [
      "the overlay /i/vda.b disappears",
      "the domain's definition is restored: vcpus 2 to 1",
      "the managed-save image is discarded",
    ]);
  });
});
