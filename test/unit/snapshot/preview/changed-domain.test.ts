import assert from "node:assert/strict";
import { Preview } from "../../../../provider/snapshot/preview/preview.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { plan } from "../../../../provider/snapshot/plan.js";
import { inputsOf, type SnapshotState } from "../../../../provider/snapshot/state.js";
import { UNKNOWN } from "../../../../provider/schema/unknown.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { FakeHypervisor, IMAGE, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { NOW } from "../../hypervisor/fake-operation.js";
import { stateWith, UUID } from "../states.js";

const INPUTS: SnapshotInputs = { domain: "debian12", name: "a" };

describe("a preview where the program changes the domain of a snapshot, too", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let preview: Preview;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
    preview = new Preview({ open: ({ uri }) => fakeHost(hypervisor, uri), now: () => NOW, elapsed: () => 0 });
  });
  afterEach(() => assert.deepEqual(hypervisor.changes, []));

  const create = async () => (await preview.beforeCreate(INPUTS)).map(({ text }) => text);
  const change = async (before: Partial<SnapshotState>, inputs: Partial<SnapshotInputs>) => {
    const state = stateWith(before);
    const wanted = { ...inputsOf(state), ...inputs };
    return (await preview.beforeChange(plan(state, wanted), state, wanted)).map(({ text }) => text);
  };

  describe("of a snapshot whose domain the engine makes unknown", () => {
    const replaced =
      'Snapshot "a" of debian12, taken 2027-01-15T08:00:01Z, will be lost: it is deleted with its domain, which is about to be replaced. ' +
      "The new snapshot captures the new domain. To keep this recovery point, undo the change that replaces the domain.";

    it("says that the snapshot will be lost, and does not look at the old domain for the new one", async () => {
      domain.snapshots.push({ name: "a", creationTime: 1_800_000_001 });
      assert.deepEqual(await change({ name: "a" }, { domain: UNKNOWN }), [replaced]);
      assert.deepEqual(await create(), []);
    });

    it("leaves that open where the program itself does not know the domain yet", async () => {
      domain.snapshots.push({ name: "a", creationTime: 1_800_000_001 });
      preview.declared({ ...INPUTS, domain: UNKNOWN });
      assert.deepEqual(await change({ name: "a" }, { domain: UNKNOWN }), [
        'Snapshot "a" of debian12, taken 2027-01-15T08:00:01Z, may be lost: this preview does not know yet whether its domain is replaced. ' +
          "If it is, the snapshot is deleted, and the new one captures the new domain.",
      ]);
      assert.match((await create())[0] ?? "", /^Taking snapshot "a" of debian12 would fail: name: /);
    });
  });

  describe("of a revert whose domain the program declares", () => {
    const xml = (title: string) =>
      `<domain type='qemu'><name>debian12</name><uuid>${UUID}</uuid><title>${title}</title><memory>65536</memory><vcpu>1</vcpu></domain>`;
    const reverting = async (declared?: { xml: string; secret: boolean }) => {
      domain.snapshots.push({
        name: "a",
        creationTime: 1_800_000_001,
        captured: `<memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>${xml("then")}`,
      });
      hypervisor.tags.set(IMAGE, ["a"]);
      preview.declared({ ...INPUTS }, declared);
      const [line = ""] = await change({ name: "a" }, { revert: { triggers: ["now"] } });
      return /definition is restored: (.*)$/.exec(line)?.[1] ?? line;
    };
    const again = "(until the next update, which applies the declared one again).";

    it("names the differences from what the program declares", async () => {
      assert.match(
        await reverting({ xml: xml("declared"), secret: false }),
        /title "declared" to "then".* \(until the next update, which applies the declared one again\)\.$/,
      );
    });

    it("does not quote a secret", async () => {
      const told = await reverting({ xml: "", secret: true });
      assert.equal(told, `what differs is not shown, because the XML is a secret ${again}`);
    });

    it("promises nothing of a domain that the program does not declare", async () => {
      assert.match(await reverting(), /title "then" comes back/);
      assert.ok(!(await reverting()).includes("until"));
    });
  });
});
