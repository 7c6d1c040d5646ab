import assert from "node:assert/strict";
import { Neighbours } from "../../../../provider/snapshot/preview/neighbours.js";

describe("the snapshots that a look takes along", () => {
  const declared = (index: number, uri?: string) => ({ uri, domain: `vm-${index}`, name: "a" });
  const many = (count: number, uri?: string) =>
    Array.from({ length: count }, (_, index) => declared(index, uri));
  const namesOf = (taken: readonly { domain: string }[]) => taken.map(({ domain }) => domain);

  it("are none for the first, and then more and more, each only once", () => {
    const neighbours = new Neighbours();
    neighbours.expect(many(200));
    const looks = many(200).flatMap((one, index) => {
      neighbours.checked(one);
      const taken = namesOf(neighbours.of(one, "create"));
      return taken.length === 0 ? [] : [[index, taken.length, taken[0], taken.at(-1)]];
    });
    assert.deepEqual(looks, [
      [1, 4, "vm-2", "vm-5"],
      [6, 16, "vm-7", "vm-22"],
      [23, 64, "vm-24", "vm-87"],
      [88, 111, "vm-89", "vm-199"],
    ]);
  });

  it("are only those that were not checked yet, on the same host", () => {
    const neighbours = new Neighbours();
    neighbours.expect([...many(3, "qemu:///a"), ...many(3, "qemu:///b"), ...many(3)]);
    neighbours.checked(declared(2, "qemu:///a"));
    neighbours.of(declared(2, "qemu:///a"), "create");
    assert.deepEqual(namesOf(neighbours.of(declared(3, "qemu:///a"), "create")), ["vm-0", "vm-1"]);
    assert.deepEqual(neighbours.of(declared(0), "create"), []);
  });

  it("are taken along for a revert although a create has taken them along", () => {
    const neighbours = new Neighbours();
    neighbours.expect(many(10));
    for (const purpose of ["create", "revert"] as const) {
      neighbours.of(declared(20), purpose);
      assert.deepEqual(namesOf(neighbours.of(declared(21), purpose)), ["vm-0", "vm-1", "vm-2", "vm-3"]);
    }
  });

  it("are no longer any that was checked, although another snapshot names it", () => {
    const neighbours = new Neighbours();
    neighbours.checked(declared(0));
    neighbours.expect(many(2));
    neighbours.of(declared(5), "create");
    assert.deepEqual(namesOf(neighbours.of(declared(6), "create")), ["vm-1"]);
  });
});
