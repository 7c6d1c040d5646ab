import assert from "node:assert/strict";
import { deleteDomain } from "../../../provider/domain/delete.js";
import { VirshError } from "../../../provider/errors.js";
import { warning } from "../../../provider/hypervisor/notice.js";
import { FakeDomainHost, notices, OTHER, UUID } from "./fake-domain-host.js";

const domain = { name: "vm", uuid: UUID };

describe("deleting a domain", () => {
  it("shuts the guest down, then undefines the domain with its NVRAM", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    await deleteDomain(host, domain, 60, notices().tell);
    assert.deepEqual(host.did, ["shutdown", "undefine --nvram"]);
  });

  it("refuses a domain with snapshots or checkpoints, names them, and changes nothing", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running");
    host.snapshots = ["a b"];
    host.checkpoints = Array.from({ length: 12 }, (_, index) => `c${index}`);
    await assert.rejects(deleteDomain(host, domain, 60, notices().tell), {
      kind: "Conflict",
      message:
        /it still has the snapshot "a b" and the checkpoints "c0", .*"c9" and 2 more, which .* Nothing was changed\./,
    });
    assert.deepEqual(host.did, []);
  });

  it("succeeds if the domain no longer exists", async () => {
    const { told, tell } = notices();
    await deleteDomain(new FakeDomainHost(), domain, 60, tell);
    assert.deepEqual(told, []);
  });

  it("succeeds if someone deletes the domain meanwhile", async () => {
    for (const verb of ["snapshot-list", "shutdown", "undefine --nvram"]) {
      const host = new FakeDomainHost().has(UUID, "vm", "running").fail(verb, "NotFound");
      await deleteDomain(host, domain, 60, notices().tell);
    }
  });

  it("leaves another domain of the same name alone, with a warning", async () => {
    const { told, tell } = notices();
    const host = new FakeDomainHost().has(OTHER, "vm", "running");
    await deleteDomain(host, domain, 60, tell);
    assert.deepEqual(host.did, []);
    assert.deepEqual(told, [
      warning(`vm is now another domain, ${OTHER} instead of ${UUID}. It is left as it is.`),
    ]);
  });

  it("fails if the list of domains cannot be read, whatever the kind of the error", async () => {
    for (const kind of ["Unreachable", "NotFound"] as const) {
      const host = new FakeDomainHost().fail("list", kind);
      await assert.rejects(deleteDomain(host, domain, 60, notices().tell), { kind });
    }
  });

  it("fails if the domain cannot be stopped, and does not undefine it", async () => {
    const host = new FakeDomainHost().has(UUID, "vm", "running").fail("destroy", "Busy", "held");
    await assert.rejects(deleteDomain(host, domain, 0, notices().tell), (error) => {
      assert.ok(error instanceof VirshError);
      assert.equal(error.message, 'Unable to stop domain "vm": held.');
      return true;
    });
    assert.deepEqual(host.did, ["destroy"]);
  });
});
