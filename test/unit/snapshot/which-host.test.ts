import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import { deleteWithSafety } from "../../../provider/snapshot/delete/delete.js";
import { read } from "../../../provider/snapshot/read.js";
import { update } from "../../../provider/snapshot/update.js";
import { recordedAs } from "../../../provider/snapshot/which-host.js";
import { fakeHost } from "../hypervisor/fake-host.js";
import { FakeHypervisor, HOST, type FakeDomain } from "../hypervisor/fake-hypervisor.js";
import { fakeOperation } from "../hypervisor/fake-operation.js";
import { failsWith } from "./rejects.js";
import { stateWith, UUID } from "./states.js";

const OTHER = { uuid: "0d4f6bb6-c596-1b8d-b474-fe2bae0a4698", uri: "qemu:///system" };
const ELSEWHERE =
  `the state belongs to host ${HOST.uuid ?? ""} (qemu:///system), and the connection leads to host ${OTHER.uuid} (qemu:///system). ` +
  "Nothing was changed. Lead the connection to the host of the state again. If it moved, or its host has a new " +
  "UUID, set `uri` to a URI that differs from the recorded one: the update then looks for it there.";

describe("a snapshot of another host than the one that answers", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    hypervisor.identity = OTHER;
    domain = hypervisor.define({ uuid: UUID, name: "debian12", current: "a" });
  });
  const take = () => domain.snapshots.push({ name: "a", creationTime: 1_800_000_001 });

  const wheres: [where: string, meanwhile: () => void][] = [
    ["the domain is not there", () => hypervisor.domains.pop()],
    ["the snapshot is not there", () => undefined],
    ["the same snapshot is there, too", () => take()],
  ];
  for (const [where, arrange] of wheres) {
    it(`is not read where ${where}`, async () => {
      arrange();
      await failsWith(
        read(fakeHost(hypervisor), stateWith()),
        "Conflict",
        `Unable to find snapshot "a" of debian12: ${ELSEWHERE}`,
      );
    });

    it(`is not deleted where ${where}`, async () => {
      arrange();
      await failsWith(
        deleteWithSafety(fakeOperation(hypervisor), stateWith()),
        "Conflict",
        `Unable to delete snapshot "a" of debian12: ${ELSEWHERE}`,
      );
      assert.deepEqual(hypervisor.changes, []);
    });

    it(`is not reverted to or edited where ${where}`, async () => {
      arrange();
      for (const inputs of [{ revert: { triggers: ["x"] } }, { description: "new" }]) {
        await assert.rejects(
          update(fakeOperation(hypervisor), stateWith(), { domain: "debian12", name: "a", ...inputs }),
          (error) => isVirshError(error, "Conflict") && error.message.includes(ELSEWHERE),
        );
      }
      assert.deepEqual(hypervisor.changes, []);
    });
  }

  it("is taken over by a changed uri, if it is the same one", async () => {
    take();
    const inputs = { domain: "debian12", name: "a", uri: "qemu+ssh://new/system", description: "x" };
    const state = await update(fakeOperation(hypervisor), stateWith(), inputs);
    assert.deepEqual(state.host, { uuid: OTHER.uuid, uri: "qemu:///system" });
    assert.equal(domain.snapshots[0]?.description, "x");
  });

  it("is not taken over by a changed uri if it is another one", async () => {
    domain.snapshots.push({ name: "a", creationTime: 1_800_000_009 });
    const inputs = { domain: "debian12", name: "a", uri: "qemu+ssh://new/system" };
    await assert.rejects(
      update(fakeOperation(hypervisor), stateWith(), inputs),
      (error) => isVirshError(error, "NotFound") && error.message.includes("was replaced outside"),
    );
  });

  it("is found where libvirt makes up UUIDs, if the domain is there", async () => {
    hypervisor.identity = { uuid: "45972247-4a7e-4411-a5e6-6bc273bdb25a", uri: "qemu:///system" };
    take();
    assert.deepEqual(await read(fakeHost(hypervisor), stateWith()), { state: stateWith() });
    domain.snapshots = [];
    assert.ok("gone" in (await read(fakeHost(hypervisor), stateWith())));
  });

  it("is not gone where libvirt makes up UUIDs and the domain is not there", async () => {
    hypervisor.identity = { uuid: "45972247-4a7e-4411-a5e6-6bc273bdb25a", uri: "qemu:///system" };
    hypervisor.domains.pop();
    await assert.rejects(
      read(fakeHost(hypervisor), stateWith()),
      (error) => isVirshError(error, "Conflict") && error.message.includes("set host_uuid in libvirtd.conf"),
    );
  });

  it("is not found where the firmware has a UUID", async () => {
    hypervisor.identity = { uuid: "45972247-4a7e-4411-a5e6-6bc273bdb25a", uri: "qemu:///system" };
    hypervisor.smbiosUuid = hypervisor.identity.uuid;
    take();
    await assert.rejects(read(fakeHost(hypervisor), stateWith()), (error) => isVirshError(error, "Conflict"));
  });

  it("is read with a state of an older version, which records the host", async () => {
    take();
    const { host: _none, ...older } = stateWith();
    assert.deepEqual(await read(fakeHost(hypervisor), older), { state: stateWith({ host: OTHER }) });
  });
});

describe("the host in a state", () => {
  const seen = { uuid: "u", uri: "qemu+ssh://root@secret.example/system?socket=/s" };
  it("has the resolved URI where the program gives none, or an alias", () => {
    assert.deepEqual(recordedAs(seen, undefined), seen);
    assert.deepEqual(recordedAs(seen, "hail"), seen);
  });
  it("repeats nothing but driver and path of a URI that the program gives, for it may be a secret", () => {
    assert.deepEqual(recordedAs(seen, seen.uri), { uuid: "u", uri: "qemu:///system" });
  });
});
