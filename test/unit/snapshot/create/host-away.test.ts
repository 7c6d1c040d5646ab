import assert from "node:assert/strict";
import { create } from "../../../../provider/snapshot/create/create.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { fakeOperation, operationOn } from "../../hypervisor/fake-operation.js";
import { FakeHypervisor, said, takeSnapshot } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a", description: "before" };
const GONE = said("Unreachable", "End of file while reading data: Input/output error", "Look at it.");

describe("taking a snapshot on a host that goes away", () => {
  let hypervisor: FakeHypervisor;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    hypervisor.define({ uuid: UUID, name: "debian12" });
  });
  const meanwhile = () => takeSnapshot(hypervisor, UUID, { name: "a", description: "before" });

  it("reports that the outcome is unknown if the host stays away", async () => {
    hypervisor.fail("createSnapshot", GONE, { meanwhile: () => hypervisor.fail("domainControl", GONE) });
    const host = fakeHost(hypervisor, undefined, { now: 600_000, afterwards: 900 });
    await failsWith(
      create(operationOn(host), INPUTS),
      "Unreachable",
      'Unable to take snapshot "a" of debian12: End of file while reading data: Input/output error. It is not known whether the snapshot was taken: look with virsh snapshot-list debian12. If "a" is there, adopt: true lets the next update take it over. If virsh domstate debian12 --reason says that the domain is paused: virsh resume debian12',
    );
  });

  it("waits for the host, and adopts the snapshot that it has", async () => {
    hypervisor.fail("createSnapshot", GONE, { meanwhile });
    hypervisor.fail("domainControl", GONE, { nth: 2 });
    assert.equal((await create(fakeOperation(hypervisor), INPUTS)).name, "a");
  });

  it("changes nothing if the host cannot be reached", async () => {
    hypervisor.fail("listDomains", GONE);
    await failsWith(create(fakeOperation(hypervisor), INPUTS), "Unreachable");
    assert.deepEqual(hypervisor.methods, ["listDomains"]);
  });
});
