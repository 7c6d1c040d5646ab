import assert from "node:assert/strict";
import { create } from "../../../../provider/snapshot/create/create.js";
import { FakeHypervisor, IMAGE, said } from "../../hypervisor/fake-hypervisor.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const DIED = said("Unreachable", "End of file while reading data: Input/output error");

describe("a create of a domain that is off, whose daemon died", () => {
  it("is followed up once the qemu-img that the daemon started is done", async () => {
    const hypervisor = new FakeHypervisor();
    hypervisor.define({ uuid: UUID, name: "debian12", state: "shut off" });
    hypervisor.tags.set(IMAGE, []);
    hypervisor.fail("createSnapshot", DIED, { meanwhile: () => hypervisor.locked.add(IMAGE) });
    let asked = 0;
    hypervisor.during("isLocked", () => {
      asked += 1;
      if (asked < 3) return;
      hypervisor.locked.clear();
      hypervisor.tags.set(IMAGE, ["a"]);
    });
    const { message } = await failsWith(
      create(fakeOperation(hypervisor), { domain: "debian12", name: "a" }),
      "Unreachable",
    );
    assert.equal(asked, 3);
    assert.match(message, /tag "a"/);
  });
});
