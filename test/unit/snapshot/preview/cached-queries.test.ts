import assert from "node:assert/strict";
import { queries, type QueryName } from "../../../../provider/hypervisor/queries.js";
import { cachedQueries, type QueryCache } from "../../../../provider/snapshot/preview/cached-queries.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { FakeHypervisor, said } from "../../hypervisor/fake-hypervisor.js";
import { UUID } from "../states.js";

describe("the preview's cache of queries", () => {
  let hypervisor: FakeHypervisor;
  let clock: number;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    hypervisor.define({ uuid: UUID, name: "debian12", xml: { vcpus: 2 }, inactive: { vcpus: 4 } });
    clock = 0;
  });
  const cached = () => cachedQueries(fakeHost(hypervisor), new Map(), () => clock);

  it("sends each query to the host once", async () => {
    const host = cached();
    const [first, second] = [host.domainState(UUID), host.domainState(UUID)];
    assert.deepEqual(
      [await first, await second, await host.domainState(UUID)],
      ["running", "running", "running"],
    );
    assert.deepEqual(hypervisor.methods, ["domainState"]);
  });

  it("distinguishes the persistent definition from the live one", async () => {
    const host = cached();
    const [live, persistent] = [await host.domainXml(UUID), await host.domainXml(UUID, { inactive: true })];
    assert.deepEqual([live.vcpus, persistent.vcpus], [2, 4]);
    assert.equal((await host.domainXml(UUID)).vcpus, 2);
    assert.equal(hypervisor.calls.length, 2);
  });

  it("forwards every query with its arguments", async () => {
    const host = cached();
    for (const name of Object.keys(queries) as QueryName[]) {
      const query = host[name] as (...args: unknown[]) => Promise<unknown>;
      await query(UUID, "a", { any: "option" }).catch(() => undefined);
      assert.deepEqual(hypervisor.calls.at(-1), [name, UUID, "a", { any: "option" }]);
    }
  });

  it("queries again after half a minute", async () => {
    const host = cached();
    await host.listDomains();
    clock = 29_999;
    await host.listDomains();
    assert.equal(hypervisor.calls.length, 1);
    clock = 30_000;
    await host.listDomains();
    assert.equal(hypervisor.calls.length, 2);
  });

  it("keeps a failure like a result", async () => {
    const host = cached();
    hypervisor.fail("listDomains", said("Unreachable", "no"));
    await assert.rejects(host.listDomains());
    await assert.rejects(host.listDomains());
    assert.equal(hypervisor.calls.length, 1);
  });

  it("shares what is asked ahead, and asks again only where that has failed", async () => {
    const cache = new Map() as QueryCache;
    const host = cachedQueries(fakeHost(hypervisor), cache, () => clock);
    const ahead = cachedQueries(fakeHost(hypervisor), cache, () => clock, { ahead: true });
    await Promise.all([ahead.domainState(UUID), ahead.domainState(UUID)]);
    assert.equal(await host.domainState(UUID), "running");
    assert.deepEqual(hypervisor.methods, ["domainState"]);
    hypervisor.fail("listManagedSaves", said("Unexpected", "busy"), { nth: 1 });
    await Promise.all([
      assert.rejects(ahead.listManagedSaves()),
      assert.doesNotReject(host.listManagedSaves()),
    ]);
    assert.deepEqual([await host.listManagedSaves(), await host.listManagedSaves()], [[], []]);
    assert.deepEqual(hypervisor.methods, ["domainState", "listManagedSaves", "listManagedSaves"]);
  });
});
