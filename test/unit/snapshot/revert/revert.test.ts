import assert from "node:assert/strict";
import type { Host } from "../../../../provider/hypervisor/host.js";
import { ProviderMemory } from "../../../../provider/hypervisor/operation.js";
import type { Revert } from "../../../../provider/snapshot/plan.js";
import { revert as carryOut } from "../../../../provider/snapshot/revert/revert.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { NOW, operationOn } from "../../hypervisor/fake-operation.js";
import { ENDLESSLY, FakeHypervisor, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { stateWith } from "../states.js";

const LIMIT = said("Timeout", "the time limit of 5 s ran out while it ran");
let count = 0;

describe("reverting a domain", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let told: string[];
  let memory: ProviderMemory;
  beforeEach(() => {
    count += 1;
    told = [];
    memory = new ProviderMemory();
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      // Another domain in each test, because a run reverts a domain once.
      uuid: `00000000-0000-4000-9000-${String(count).padStart(12, "0")}`,
      name: "debian12",
      snapshots: [
        { name: "a", creationTime: 1_800_000_001 },
        { name: "b", creationTime: 1_800_000_002 },
      ],
    });
  });

  function to(
    name: string,
    creationTime: string | undefined,
    uuid = domain.uuid,
    options: Revert["options"] = {},
  ): Revert {
    return {
      do: "revert",
      domainName: "debian12",
      domain: "debian12",
      target: { domainUuid: uuid, name, creationTime },
      memory: true,
      drift: false,
      options,
      taken: [],
      triggers: ["x"],
      maybe: false,
    };
  }
  /** Reverts at a fixed time. */
  function revert(host: Host, step: Revert) {
    const state = stateWith({ domainUuid: step.target.domainUuid, name: step.target.name });
    return carryOut(operationOn(host, { memory, tell: ({ text }) => void told.push(text) }), state, step);
  }
  const AHEAD =
    'debian12 will go back to snapshot "a", taken 2027-01-15T08:00:01Z: everything since then, on disk and in memory, is discarded.';
  const A = () => to("a", "2027-01-15T08:00:01Z");
  const B = () => to("b", "2027-01-15T08:00:02Z");

  it("says what it discards before it reverts", async () => {
    hypervisor.during("revertSnapshot", () => void told.push("reverted"));
    await revert(fakeHost(hypervisor), A());
    assert.deepEqual(told, [AHEAD, "reverted"]);
  });

  it("reverts to the snapshot of the state", async () => {
    await revert(fakeHost(hypervisor), A());
    assert.deepEqual(hypervisor.changes, [["revertSnapshot", domain.uuid, "a", {}]]);
  });

  it("does not revert to another snapshot that has its name now", async () => {
    await failsWith(
      revert(fakeHost(hypervisor), to("a", "2020-01-01T00:00:00Z")),
      "NotFound",
      'Unable to revert debian12 to snapshot "a": the snapshot of that name was taken 2027-01-15T08:00:01Z, and the one in the state 2020-01-01T00:00:00Z: it is another snapshot. Nothing was changed. Refresh to see what is left.',
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("fails if the snapshot is gone", async () => {
    await failsWith(
      revert(fakeHost(hypervisor), to("c", "2027-01-15T08:00:01Z")),
      "NotFound",
      "Unable to revert debian12 to snapshot \"c\": Domain snapshot not found: no domain snapshot 'c'. Nothing was changed. Refresh to see what is left.",
    );
  });

  it("is refused, by name, if this run has already reverted the domain", async () => {
    await revert(fakeHost(hypervisor), A());
    await failsWith(
      revert(fakeHost(hypervisor), B()),
      "Conflict",
      'Unable to revert debian12 to snapshot "b": this run has already reverted the domain to snapshot "a". Change the revert.triggers of only one snapshot per domain and run. The triggers of "b" are kept as they were, so the next update would revert to it.',
    );
    assert.equal(hypervisor.changes.length, 1);
  });

  it("is refused too if the first revert failed halfway", async () => {
    hypervisor.fail("revertSnapshot", said("Unexpected", "internal error: no"), { nth: 1 });
    await failsWith(revert(fakeHost(hypervisor), A()), "Unexpected");
    await failsWith(revert(fakeHost(hypervisor), B()), "Conflict");
  });

  it("is not refused after a revert that never began", async () => {
    await failsWith(revert(fakeHost(hypervisor), to("a", "2020-01-01T00:00:00Z")), "NotFound");
    await revert(fakeHost(hypervisor), B());
    assert.deepEqual(hypervisor.changes, [["revertSnapshot", domain.uuid, "b", {}]]);
  });

  it("is not refused after a revert by another provider in this process", async () => {
    await revert(fakeHost(hypervisor), A());
    memory = new ProviderMemory();
    await revert(fakeHost(hypervisor), B());
    assert.equal(domain.current, "b");
  });

  it("is not refused for another domain, nor for a domain of that UUID on another host", async () => {
    const other = hypervisor.define({
      uuid: domain.uuid.replace("9000", "a000"),
      name: "twin",
      snapshots: [{ name: "a", creationTime: 1_800_000_001 }],
    });
    await revert(fakeHost(hypervisor), A());
    await revert(fakeHost(hypervisor), {
      ...to("a", "2027-01-15T08:00:01Z", other.uuid),
      domain: "twin",
    });
    await revert(fakeHost(hypervisor, "qemu+ssh://root@h/system"), B());
    assert.equal(hypervisor.changes.length, 3);
  });

  describe("after the time limit", () => {
    const DONE =
      'The call was interrupted (the time limit of 5 s ran out while it ran), but the host has finished: debian12 is back at snapshot "a".';

    it("succeeds if another snapshot was current before", async () => {
      hypervisor.fail("revertSnapshot", LIMIT, { meanwhile: () => (domain.current = "a") });
      assert.equal((await revert(fakeHost(hypervisor), A())).lastRevert.at, NOW.toISOString());
      assert.deepEqual(told, [AHEAD, DONE]);
      assert.equal(hypervisor.changes.length, 1);
    });

    it("succeeds if QEMU was started anew", async () => {
      domain.current = "a";
      hypervisor.fail("revertSnapshot", LIMIT, { meanwhile: () => (domain.xml = { id: 2 }) });
      await revert(fakeHost(hypervisor), A());
      assert.deepEqual(told, [AHEAD, DONE]);
    });

    it("has extra time for the steps that follow", async () => {
      const left = { now: 600_000, afterwards: 30_000 };
      const host = fakeHost(hypervisor, undefined, left);
      const meanwhile = () => {
        domain.current = "a";
        left.now = 0;
      };
      hypervisor.fail("revertSnapshot", LIMIT, { meanwhile });
      await revert(host, to("a", undefined, domain.uuid, { to: "shutoff" }));
      assert.equal(domain.state, "shut off");
    });

    for (const [what, meanwhile] of Object.entries({
      "nothing proves it": (): void => undefined,
      "the domain is off instead": (): void => void (domain.state = "shut off"),
    })) {
      it(`does not succeed if ${what}`, async () => {
        domain.current = "a";
        hypervisor.fail("revertSnapshot", LIMIT, { meanwhile });
        await failsWith(revert(fakeHost(hypervisor), A()), "Timeout");
        assert.deepEqual(told, [AHEAD]);
      });
    }
  });

  it("does not say that nothing was changed if a step after the revert fails", async () => {
    const error = said("Timeout", "the time limit ran out").with({ unchanged: true, begun: false });
    hypervisor.fail("domainState", error, { nth: 1 });
    const { message } = await failsWith(
      revert(fakeHost(hypervisor), to("a", undefined, domain.uuid, { to: "shutoff" })),
      "Timeout",
    );
    assert.doesNotMatch(message, /Nothing was changed/);
    assert.equal(domain.current, "a");
  });

  describe("after a failure", () => {
    const AGAIN = "The old triggers are kept, so the next update tries the revert again.";

    it("reports that the domain is off now, and how to start it", async () => {
      hypervisor.fail("revertSnapshot", said("Unexpected", "operation failed: no", "Do that."), {
        meanwhile: () => (domain.state = "shut off"),
      });
      await failsWith(
        revert(fakeHost(hypervisor), A()),
        "Unexpected",
        `Unable to revert debian12 to snapshot "a": operation failed: no. Do that. debian12 is "shut off" now. To start it as it is: virsh start ${domain.uuid}. ${AGAIN}`,
      );
    });

    it("reports that the domain keeps running", async () => {
      hypervisor.fail("revertSnapshot", said("NeedsForce", "revert requires force: no"));
      await failsWith(
        revert(fakeHost(hypervisor), A()),
        "NeedsForce",
        `Unable to revert debian12 to snapshot "a": revert requires force: no. debian12 is "running" now. ${AGAIN}`,
      );
    });

    it("reports what the host is still busy with", async () => {
      hypervisor.fail("revertSnapshot", LIMIT, {
        meanwhile: () => (domain.control = ["occupied (31.0s)", ENDLESSLY]),
      });
      const host = fakeHost(hypervisor, undefined, { now: 600_000, afterwards: 900 });
      const { next } = await failsWith(revert(host, A()), "Timeout");
      assert.equal(next, `The state of debian12 could not be read (occupied (31.0s)). ${AGAIN}`);
    });

    it("reports that the host is unreachable", async () => {
      const away = () => hypervisor.fail("domainControl", said("Unreachable", "Failed to connect socket"));
      hypervisor.fail("revertSnapshot", said("Unreachable", "End of file"), { meanwhile: away });
      const host = fakeHost(hypervisor, undefined, { now: 600_000, afterwards: 900 });
      const { next } = await failsWith(revert(host, A()), "Unreachable");
      assert.equal(next, `The state of debian12 could not be read (Failed to connect socket). ${AGAIN}`);
    });

    it("says that nothing was changed if another job holds the domain, and looks no further", async () => {
      domain.control = ["background job (1.0s)", ENDLESSLY];
      const host = fakeHost(hypervisor, undefined, { now: 1900, afterwards: 30_000 });
      await failsWith(
        revert(host, A()),
        "Busy",
        'Unable to revert debian12 to snapshot "a": another job holds the domain: background job (1.0s). ' +
          `Nothing was changed. \`virsh domjobinfo\` shows more about it. timeoutSeconds sets how long to wait. ${AGAIN}`,
      );
      assert.deepEqual(hypervisor.changes, []);
    });

    it("does not try again by itself", async () => {
      hypervisor.fail("revertSnapshot", said("Unexpected", "no"));
      await failsWith(revert(fakeHost(hypervisor), A()), "Unexpected");
      assert.equal(hypervisor.changes.length, 1);
    });
  });
});
