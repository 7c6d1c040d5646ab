import assert from "node:assert/strict";
import { startOrStop, stop } from "../../../provider/domain/power.js";
import { info, warning } from "../../../provider/hypervisor/notice.js";
import { FakeDomainHost, notices, UUID } from "./fake-domain-host.js";

const domain = { name: "vm", uuid: UUID };

describe("starting and stopping a domain", () => {
  it("changes the power only where it differs from the declaration; paused counts as running", async () => {
    const cases = [
      ["shut off", true, ["start"]],
      ["running", true, []],
      ["paused", true, []],
      ["running", false, ["destroy"]],
      ["shut off", false, []],
    ] as const;
    for (const [state, running, did] of cases) {
      const host = new FakeDomainHost().has(UUID, "vm", state);
      await startOrStop(host, domain, { running, shutdownTimeoutSeconds: 0 }, notices().tell);
      assert.deepEqual(host.did, did, `${state}, running: ${running}`);
    }
  });

  it("reports nothing when the guest shuts down in time", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    const { told, tell } = notices();
    await stop(host, domain, 60, tell);
    assert.deepEqual(host.did, ["shutdown"]);
    assert.deepEqual(told, []);
  });

  it("destroys a domain whose guest does not shut down in time, with a warning", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.obeys = false;
    const { told, tell } = notices();
    await stop(host, domain, 0.01, tell);
    assert.deepEqual(host.did, ["shutdown", "destroy"]);
    assert.deepEqual(told, [
      warning("vm did not shut down within 0.01 s, so it is stopped as by a power cut."),
    ]);
  });

  it("does not ask a guest that cannot react, or that gets no time to", async () => {
    for (const [state, seconds] of [
      ["paused", 60],
      ["pmsuspended", 60],
      ["crashed", 60],
      ["running", 0],
    ] as const) {
      const host = new FakeDomainHost().has(UUID, "vm", state);
      await stop(host, domain, seconds, notices().tell);
      assert.deepEqual(host.did, ["destroy"], state);
    }
  });

  it("accepts that a guest went off by itself just before it was asked to", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.shutdownDomain = async (uuid) => {
      await host.destroyDomain(uuid);
      host.fail("shutdown", "Unsupported", "domain is not running");
      return FakeDomainHost.prototype.shutdownDomain.call(host, uuid);
    };
    await stop(host, domain, 60, notices().tell);
    assert.deepEqual(host.did, ["destroy", "shutdown"]);
  });

  it("reports a wait that is not a short one, once and with its limit", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.obeys = false;
    const { told, tell } = notices();
    await stop(host, domain, 5, tell);
    assert.deepEqual(told, [
      info("Waiting for vm to shut down, for up to 5 s."),
      warning("vm did not shut down within 5 s, so it is stopped as by a power cut."),
    ]);
  });

  it("accepts that someone else started a domain just before", async () => {
    const host = new FakeDomainHost().has(UUID, "vm").fail("start", "Unexpected", "Domain is already active");
    host.onFailure = () => host.has(UUID, "vm", "running");
    await startOrStop(host, domain, { running: true, shutdownTimeoutSeconds: 0 }, notices().tell);
    assert.deepEqual(host.did, ["start"]);
  });
});
