import assert from "node:assert/strict";
import { remove } from "../../../provider/domain/remove.js";
import { FakeDomainHost, listener, OTHER, UUID } from "./fake-domain-host.js";

const domain = { name: "vm", uuid: UUID };

describe("removing a domain", () => {
  it("asks the guest to shut down, then undefines it with its NVRAM", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    await remove(host, domain, 60, listener().tell);
    assert.deepEqual(host.did, ["shutdown", "undefine --nvram"]);
  });

  it("pulls the plug when the guest does not shut down in time, and says so", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.obeys = false;
    const { told, tell } = listener();
    await remove(host, domain, 0.01, tell);
    assert.deepEqual(host.did, ["shutdown", "destroy", "undefine --nvram"]);
    assert.deepEqual(told, ["vm did not shut down within 0.01 s, so it is stopped as by a power cut."]);
  });

  it("asks no guest that cannot answer, or that gets no time to", async () => {
    for (const [state, seconds] of [
      ["paused", 60],
      ["pmsuspended", 60],
      ["crashed", 60],
      ["running", 0],
    ] as const) {
      const host = new FakeDomainHost().has(UUID, "vm", state);
      await remove(host, domain, seconds, listener().tell);
      assert.deepEqual(host.did, ["destroy", "undefine --nvram"], state);
    }
  });

  it("takes a guest that went by itself meanwhile for one that shut down", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.shutdownDomain = async (uuid) => {
      await host.destroyDomain(uuid);
      host.fail("shutdown", "Unsupported", "domain is not running");
      return FakeDomainHost.prototype.shutdownDomain.call(host, uuid);
    };
    await remove(host, domain, 60, listener().tell);
    assert.deepEqual(host.did, ["destroy", "shutdown", "undefine --nvram"]);
  });

  it("does nothing before snapshots and checkpoints are gone, and names them", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.snapshots = ["a b"];
    host.checkpoints = Array.from({ length: 12 }, (_, index) => `c${index}`);
    await assert.rejects(remove(host, domain, 60, listener().tell), {
      kind: "Conflict",
      message:
        /it has the snapshot "a b" and the checkpoints "c0", .*"c9" and 2 more, which .* Nothing was changed\./,
    });
    assert.deepEqual(host.did, []);
  });

  it("is done where the domain is gone, and leaves another one of its name alone", async () => {
    const { told, tell } = listener();
    await remove(new FakeDomainHost(), domain, 60, tell);
    assert.deepEqual(told, []);
    const host = new FakeDomainHost().has(OTHER, "vm", "running");
    await remove(host, domain, 60, tell);
    assert.deepEqual(host.did, []);
    assert.deepEqual(told, [
      `vm is another domain by now, ${OTHER} in place of ${UUID}: it is left as it is.`,
    ]);
  });

  it("fails where the host cannot be asked", async () => {
    const host = new FakeDomainHost().fail("list", "Unreachable");
    await assert.rejects(remove(host, domain, 60, listener().tell), { kind: "Unreachable" });
  });
});
