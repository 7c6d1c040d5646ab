import assert from "node:assert/strict";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { Interrupted } from "../../../../provider/hypervisor/act.js";
import { take } from "../../../../provider/snapshot/create/act.js";
import { decideTake, refusalError } from "../../../../provider/snapshot/create/decide.js";
import { lookBeforeCreate } from "../../../../provider/snapshot/create/look.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { FakeHypervisor, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const REFUSED = said("Unexpected", "operation failed: no", "Do that.");
const FAILED = 'Unable to take snapshot "a" of debian12: operation failed: no. Do that.';
const WITHOUT =
  'Snapshot "a" of debian12 is taken without freezing its file systems (quiesce is "preferred"): ';

describe("taking a snapshot through virsh", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let told: string[];
  beforeEach(() => {
    told = [];
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
  });

  /** Looks, decides and acts, as a create and a safety snapshot do. */
  async function taken(changes: Partial<SnapshotInputs> = {}): Promise<{ quiesced: boolean }> {
    const inputs = { domain: "debian12", name: "a", ...changes };
    const operation = fakeOperation(hypervisor, { tell: ({ text }) => void told.push(text) });
    const facts = await lookBeforeCreate(operation.host, { uuid: UUID, name: "debian12" }, inputs);
    const decision = decideTake(inputs, facts);
    if (decision.do === "refuse") throw refusalError({ uuid: UUID, name: "debian12" }, "a", decision);
    decision.notices.forEach(operation.tell);
    await take(operation, inputs, facts, decision.request);
    return { quiesced: decision.request.quiesce === true };
  }
  const failAndLeave = (state: FakeDomain["state"]) =>
    hypervisor.fail("createSnapshot", REFUSED, { meanwhile: () => (domain.state = state) });

  describe("freezing file systems", () => {
    const FROZEN = { name: "a", diskOnly: true, quiesce: true };
    const THAWED = { name: "a", diskOnly: true };
    const table: [
      quiesce: "none" | "preferred" | "required",
      agent: "none" | "disconnected" | "connected",
      state: "running" | "shut off",
      request: object,
      line?: string,
    ][] = [
      ["none", "connected", "running", THAWED],
      ["preferred", "connected", "running", FROZEN],
      ["required", "connected", "running", FROZEN],
      [
        "preferred",
        "disconnected",
        "running",
        THAWED,
        `${WITHOUT}no guest agent is connected. Start qemu-guest-agent in the guest, or leave quiesce out.`,
      ],
      [
        "preferred",
        "none",
        "running",
        THAWED,
        `${WITHOUT}the domain has no channel for a guest agent. Give it the channel org.qemu.guest_agent.0 and run qemu-guest-agent in the guest, or leave quiesce out.`,
      ],
      ["preferred", "disconnected", "shut off", THAWED],
    ];
    for (const [quiesce, agent, state, request, line] of table) {
      it(`${request === FROZEN ? "happens" : "does not happen"}: quiesce ${quiesce}, agent ${agent}, ${state}`, async () => {
        Object.assign(domain, { state, xml: { agent } });
        assert.deepEqual(await taken({ diskOnly: true, quiesce }), { quiesced: request === FROZEN });
        assert.deepEqual(hypervisor.changes, [["createSnapshot", UUID, request]]);
        assert.deepEqual(told, line === undefined ? [] : [line]);
      });
    }

    for (const agent of ["none", "disconnected"] as const) {
      it(`is refused, with nothing changed: quiesce required, agent ${agent}`, async () => {
        domain.xml = { agent };
        await failsWith(taken({ diskOnly: true, quiesce: "required" }), "Unsupported");
        assert.deepEqual(hypervisor.changes, []);
      });
    }
  });

  it("passes on all inputs", async () => {
    domain.xml = { agent: "connected" };
    const request = {
      name: "a",
      description: "d",
      memory: { snapshot: "external", file: "/m" },
      disks: [{ name: "vda", snapshot: "external", file: "/o", driver: "qcow2", type: "file" }],
      atomic: true,
      live: true,
      halt: true,
      reuseExternal: true,
      validate: true,
    } as const;
    await taken({ ...request, disks: [...request.disks], adopt: true, timeoutSeconds: 5 });
    assert.deepEqual(hypervisor.changes, [["createSnapshot", UUID, request]]);
  });

  it("waits until no other job holds the domain", async () => {
    hypervisor.fail("createSnapshot", said("Busy", "cannot acquire state change lock"), { nth: 1 });
    assert.deepEqual(await taken(), { quiesced: false });
    assert.deepEqual(told, ['Waiting to take snapshot "a" of debian12: cannot acquire state change lock']);
  });

  describe("after a failure", () => {
    it("resumes the domain that the attempt left paused", async () => {
      failAndLeave("paused");
      await failsWith(
        taken(),
        "Unexpected",
        `${FAILED} The failed attempt left the domain paused; it runs again.`,
      );
      assert.equal(domain.state, "running");
    });

    it("does not touch a domain that runs", async () => {
      failAndLeave("running");
      await failsWith(taken(), "Unexpected", FAILED);
      assert.ok(!hypervisor.methods.includes("resumeDomain"));
    });

    it("leaves a domain paused that was paused before", async () => {
      domain.state = "paused";
      failAndLeave("paused");
      await failsWith(taken(), "Unexpected", FAILED);
      assert.equal(domain.state, "paused");
    });

    it("does not query a domain that was off", async () => {
      domain.state = "shut off";
      failAndLeave("shut off");
      await failsWith(taken(), "Unexpected", FAILED);
      assert.equal(hypervisor.methods.at(-1), "createSnapshot");
    });

    it("thaws only the file systems that it had frozen", async () => {
      domain.xml = { agent: "connected" };
      failAndLeave("running");
      await failsWith(taken({ diskOnly: true, quiesce: "required" }), "Unexpected", FAILED);
      assert.deepEqual(
        hypervisor.changes.map(([method]) => method),
        ["createSnapshot", "thawDomain"],
      );
      await failsWith(taken({ diskOnly: true }), "Unexpected", FAILED);
      assert.equal(hypervisor.methods.filter((method) => method === "thawDomain").length, 1);
    });

    it("reports that the domain cannot be resumed", async () => {
      failAndLeave("paused");
      hypervisor.fail("resumeDomain", said("Unexpected", "internal error: no"));
      await failsWith(
        taken(),
        "Unexpected",
        `${FAILED} Look at the domain now: Unable to run a command of virsh: internal error: no.`,
      );
    });

    it("changes nothing more while the host may still be busy", async () => {
      for (const kind of ["Timeout", "Cancelled", "Unreachable"] as const) {
        const fresh = new FakeHypervisor();
        const other = fresh.define({ uuid: UUID, name: "debian12" });
        hypervisor = fresh;
        fresh.fail("createSnapshot", said(kind, "no"), { meanwhile: () => (other.state = "paused") });
        await assert.rejects(taken(), (error) => {
          assert.ok(error instanceof Interrupted);
          assert.equal(error.cause.kind, kind);
          assert.equal(error.cause.message, 'Unable to take snapshot "a" of debian12: no.');
          assert.deepEqual(error.outcome, { is: "not done" });
          return true;
        });
        assert.deepEqual(
          fresh.changes.map(([method]) => method),
          ["createSnapshot"],
        );
      }
    });
  });
});
