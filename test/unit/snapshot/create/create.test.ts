import assert from "node:assert/strict";
import { info } from "../../../../provider/hypervisor/notice.js";
import { ProviderMemory } from "../../../../provider/hypervisor/operation.js";
import { create } from "../../../../provider/snapshot/create/create.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { fakeOperation, operationOn } from "../../hypervisor/fake-operation.js";
import {
  ENDLESSLY,
  FakeHypervisor,
  HOST,
  said,
  takeSnapshot,
  type FakeDomain,
} from "../../hypervisor/fake-hypervisor.js";
import { failsWith, isIncomplete } from "../rejects.js";
import { stateWith, UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a", description: "before" };
const LIMIT = said(
  "Timeout",
  "the time limit of 600 s ran out while it ran",
  "timeoutSeconds sets the limit.",
);

describe("taking a snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    hypervisor.define({ uuid: "4b239424-eb0f-402a-854c-8a2b01c15fea", name: "other" });
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
  });
  /** What the host does after the time limit of the caller. */
  const keepBusy = () => void (domain.control = ["background job (31.0s)", ENDLESSLY]);
  const meanwhile = () => takeSnapshot(hypervisor, UUID, { name: "a", description: "before" });

  it("calls virsh once, and returns all that can be read back", async () => {
    const state = await create(fakeOperation(hypervisor), { ...INPUTS, revert: { triggers: ["x"] } });
    assert.deepEqual(
      state,
      stateWith({ description: "before", revert: { triggers: ["x"] }, creationTime: "2027-01-15T08:00:01Z" }),
    );
    const { name, description } = INPUTS;
    assert.deepEqual(hypervisor.changes, [["createSnapshot", UUID, { name, description }]]);
  });

  it("looks at the domain before it takes anything, and reads the snapshot back", async () => {
    await create(fakeOperation(hypervisor), INPUTS);
    assert.deepEqual(hypervisor.methods, [
      "listDomains",
      "domainXml",
      "domainState",
      "listSnapshots",
      "listManagedSaves",
      "daemonVersion",
      "imageTags",
      "domainControl",
      "domainXml",
      "listDomains",
      "domainCondition",
      "imageTags",
      "createSnapshot",
      "readSnapshot",
      "currentSnapshot",
    ]);
  });

  it("does not treat a domain with a managed-save image as shut down", async () => {
    domain.state = "shut off";
    assert.equal((await create(fakeOperation(hypervisor), INPUTS)).consistency, "offline");
    domain.saved = true;
    const state = await create(fakeOperation(hypervisor), { ...INPUTS, name: "b" });
    assert.equal(state.consistency, "crash-consistent");
  });

  it("records triggers, and does not revert", async () => {
    const state = await create(fakeOperation(hypervisor), { ...INPUTS, revert: { triggers: ["x"] } });
    assert.equal(state.lastRevert, undefined);
    assert.ok(!hypervisor.methods.includes("revertSnapshot"));
  });

  it("returns its parent, its disks and no memory", async () => {
    domain.snapshots.push({ name: "root", creationTime: 1 });
    domain.current = "root";
    const state = await create(fakeOperation(hypervisor), {
      domain: UUID.toUpperCase(),
      name: "a",
      diskOnly: true,
    });
    const { parent, isCurrent, location, capturedDisks, capturedMemory, state: word } = state;
    assert.deepEqual(
      { parent, isCurrent, location, capturedDisks, capturedMemory, word },
      {
        parent: "root",
        isCurrent: true,
        location: "external",
        capturedDisks: [{ name: "vda", snapshot: "external", file: "/images/vda.overlay" }],
        capturedMemory: { snapshot: "no" },
        word: "disk-snapshot",
      },
    );
  });

  it("changes nothing if the domain has a snapshot of that name", async () => {
    domain.snapshots.push({ name: "a", creationTime: 1 });
    await failsWith(
      create(fakeOperation(hypervisor), INPUTS),
      "Conflict",
      'Unable to take snapshot "a" of debian12: name: the domain already has a snapshot of that name. Nothing was changed. Choose another name, delete that snapshot first, or take it over with adopt: true, for instance after an update that was interrupted.',
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("reports libvirt's error with the reason and the remedy", async () => {
    hypervisor.fail("createSnapshot", said("Unsupported", "unsupported configuration: no", "Do that."));
    await failsWith(
      create(fakeOperation(hypervisor), INPUTS),
      "Unsupported",
      'Unable to take snapshot "a" of debian12: unsupported configuration: no. Do that.',
    );
    assert.deepEqual(domain.snapshots, []);
  });

  it("succeeds for the first of two that take one name at once, and fails for the second", async () => {
    const memory = new ProviderMemory();
    const [first, second] = await Promise.allSettled(
      ["debian12", UUID].map((name) =>
        create(fakeOperation(hypervisor, { memory }), { ...INPUTS, domain: name }),
      ),
    );
    assert.deepEqual([first?.status, second?.status], ["fulfilled", "rejected"]);
    assert.equal(hypervisor.changes.length, 1);
  });

  it("keeps the order of the program for several on one domain", async () => {
    const names = ["c", "a", "b"];
    const memory = new ProviderMemory();
    await Promise.all(
      names.map((name) => create(fakeOperation(hypervisor, { memory }), { domain: "debian12", name })),
    );
    assert.deepEqual(
      domain.snapshots.map(({ name }) => name),
      names,
    );
  });

  it("keeps that order although the host finds the domain of one of them later", async () => {
    const memory = new ProviderMemory();
    const host = fakeHost(hypervisor);
    const listDomains = async () => {
      for (let turns = 0; turns < 20; turns += 1) await new Promise((next) => setImmediate(next));
      return host.listDomains();
    };
    const slow = operationOn({ ...host, listDomains }, { memory });
    await Promise.all([
      create(slow, { domain: "debian12", name: "first" }),
      create(fakeOperation(hypervisor, { memory }), { domain: "debian12", name: "second" }),
    ]);
    assert.deepEqual(
      domain.snapshots.map(({ name }) => name),
      ["first", "second"],
    );
  });

  it("keeps a snapshot that cannot be read back, with all that is known of it", async () => {
    hypervisor.fail("readSnapshot", said("Unexpected", "gibberish"));
    const { state } = await isIncomplete(
      create(fakeOperation(hypervisor), INPUTS),
      'Snapshot "a" of debian12 was taken, but could not be read back: Unable to run a command of virsh: gibberish. It is kept in the state; the next update completes it.',
    );
    assert.deepEqual(state, {
      ...INPUTS,
      schemaVersion: 1,
      domainUuid: UUID,
      domainName: "debian12",
      host: HOST,
    });
  });

  it("has extra time to read back when the limit ran out at the very end", async () => {
    const left = { now: 600_000, afterwards: 30_000 };
    const host = fakeHost(hypervisor, undefined, left);
    hypervisor.during("createSnapshot", () => (left.now = 0));
    assert.equal((await create(operationOn(host), INPUTS)).creationTime, "2027-01-15T08:00:01Z");
  });

  describe("after the time limit", () => {
    it("adopts a snapshot that the host has finished", async () => {
      hypervisor.fail("createSnapshot", LIMIT, { meanwhile });
      const state = await create(fakeOperation(hypervisor), INPUTS);
      assert.deepEqual(state, stateWith({ description: "before" }));
      assert.equal(hypervisor.changes.length, 1);
    });

    it("adopts it also if virsh was killed", async () => {
      hypervisor.fail("createSnapshot", said("Cancelled", "virsh was killed by SIGKILL"), {
        meanwhile,
      });
      assert.equal((await create(fakeOperation(hypervisor), INPUTS)).name, "a");
    });

    it("waits for the host to finish before it decides", async () => {
      hypervisor.fail("createSnapshot", LIMIT, {
        meanwhile: () => (domain.control = ["background job (0.1s)"]),
      });
      let asked = 0;
      hypervisor.during("domainControl", () => {
        asked += 1;
        if (asked === 3) meanwhile();
      });
      assert.equal((await create(fakeOperation(hypervisor), INPUTS)).name, "a");
      // Before it, twice after it, and once more before a look at what the interruption left.
      assert.equal(hypervisor.methods.filter((method) => method === "domainControl").length, 4);
    });

    it("reports that the host took no snapshot, if it is idle and has none", async () => {
      hypervisor.fail("createSnapshot", LIMIT);
      await failsWith(
        create(fakeOperation(hypervisor), INPUTS),
        "Timeout",
        'Unable to take snapshot "a" of debian12: the time limit of 600 s ran out while it ran. The host is done, and took no snapshot "a". timeoutSeconds sets the limit.',
      );
      assert.equal(hypervisor.changes.length, 1);
    });

    it("keeps a snapshot that the host is still taking", async () => {
      hypervisor.fail("createSnapshot", LIMIT, { meanwhile: keepBusy });
      const host = fakeHost(hypervisor, undefined, { now: 600_000, afterwards: 900 });
      const { state } = await isIncomplete(
        create(operationOn(host), INPUTS),
        'Unable to take snapshot "a" of debian12: the time limit of 600 s ran out while it ran. timeoutSeconds sets the limit. debian12 is still busy with it (background job (31.0s)). The snapshot is kept in the state; the next update completes it.',
      );
      assert.deepEqual(state, {
        ...INPUTS,
        schemaVersion: 1,
        domainUuid: UUID,
        domainName: "debian12",
        host: HOST,
      });
    });
  });

  describe("under a name that is listed while another job holds the domain", () => {
    beforeEach(() => (domain.control = ["background job (1.0s)"]));
    it("waits for that job, and takes the snapshot if the job takes none", async () => {
      meanwhile();
      hypervisor.during("domainControl", () => (domain.snapshots = []));
      const operation = fakeOperation(hypervisor);
      assert.equal((await create(operation, INPUTS)).name, "a");
      assert.deepEqual(operation.notices, [
        info('Waiting to take snapshot "a" of debian12: another job holds the domain: background job (1.0s)'),
      ]);
      assert.equal(hypervisor.changes.length, 1);
    });

    it("does not touch the snapshot that the job takes, unless adopt is set", async () => {
      meanwhile();
      await failsWith(create(fakeOperation(hypervisor), INPUTS), "Conflict");
      domain.control = ["background job (1.0s)"];
      assert.equal((await create(fakeOperation(hypervisor), { ...INPUTS, adopt: true })).name, "a");
      assert.deepEqual(hypervisor.changes, []);
    });
  });

  it("does not look for a snapshot that was never begun", async () => {
    hypervisor.fail("daemonVersion", LIMIT.with({ begun: false }));
    await failsWith(create(fakeOperation(hypervisor), INPUTS), "Timeout", LIMIT.message);
    assert.deepEqual(hypervisor.methods.slice(-1), ["daemonVersion"]);
  });

  it("thaws nothing while another job holds the domain, because nothing was frozen", async () => {
    domain.control = ["background job (1.0s)", ENDLESSLY];
    domain.xml = { agent: "connected" };
    const host = fakeHost(hypervisor, undefined, { now: 1900, afterwards: 30_000 });
    await failsWith(create(operationOn(host), { ...INPUTS, diskOnly: true, quiesce: "required" }), "Busy");
    assert.deepEqual(hypervisor.changes, []);
  });
});
