import assert from "node:assert/strict";
import { create } from "../../../../provider/snapshot/create/create.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { FakeHypervisor, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a" };

describe("taking a snapshot after another in the same run", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    hypervisor.define({ uuid: "4b239424-eb0f-402a-854c-8a2b01c15fea", name: "other" });
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
  });

  it("looks at the next domain while it asks which one has the name", async () => {
    const operation = fakeOperation(hypervisor);
    await create(operation, INPUTS);
    const before = hypervisor.calls.length;
    await create(operation, { ...INPUTS, name: "b" });
    // The look does not wait for the list.
    const first = hypervisor.calls.slice(before, before + 3);
    assert.deepEqual(first, [["listDomains"], ["domainXml", UUID], ["domainState", UUID]]);
    assert.equal(hypervisor.calls.length, 2 * before);
  });

  it("takes it of the domain that has the name now, whichever had it before", async () => {
    const operation = fakeOperation(hypervisor);
    await create(operation, INPUTS);
    const [other] = hypervisor.domains;
    assert.ok(other !== undefined);
    [domain.name, other.name] = [other.name, domain.name];
    const state = await create(operation, { ...INPUTS, name: "b" });
    assert.deepEqual([state.domainUuid, state.domainName], [other.uuid, "debian12"]);
    assert.deepEqual(
      domain.snapshots.map(({ name }) => name),
      ["a"],
    );
    hypervisor.domains.splice(0);
    await failsWith(create(operation, { ...INPUTS, name: "c" }), "NotFound");
  });
});
