import assert from "node:assert/strict";
import { deleteWithSafety } from "../../../../provider/snapshot/delete/delete.js";
import { domainOn, EXTERNAL, FakeHypervisor, IMAGE, said } from "../../hypervisor/fake-hypervisor.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { failsWith } from "../rejects.js";
import { stateWith, UUID } from "../states.js";

const WORDS = [
  "invalid argument: could not find base disk source in disk source chain",
  "operation failed: failed to find parent disk source in backing chain",
];

describe("deleting an external snapshot whose overlay libvirt does not find", () => {
  for (const words of WORDS) {
    const fails = (image: string) => {
      const hypervisor = new FakeHypervisor();
      hypervisor.version = "11.3.0";
      const captured = EXTERNAL + domainOn(image);
      const snapshots = [{ name: "a", creationTime: 1_800_000_001, captured }];
      hypervisor.define({ uuid: UUID, name: "debian12", snapshots, current: "a" });
      hypervisor.fail("deleteSnapshot", said("Unsupported", words, "Do something else."));
      return failsWith(deleteWithSafety(fakeOperation(hypervisor), stateWith()), "Unsupported");
    };

    it(`names what works if the domain writes to the image again: ${words}`, async () => {
      const { next = "" } = await fails(IMAGE);
      assert.match(next, /^Snapshot "a" of debian12 no longer holds what it captured: .*blockcommit/);
      assert.match(next, /With deleteScope: "metadata" and an update, it can leave the program/);
    });

    it(`says what it says of libvirt's words otherwise: ${words}`, async () => {
      assert.equal((await fails("/images/base")).next, "Do something else.");
    });
  }
});
