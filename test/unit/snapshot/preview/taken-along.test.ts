import assert from "node:assert/strict";
import fc from "fast-check";
import type { Notice } from "../../../../provider/hypervisor/notice.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { plan } from "../../../../provider/snapshot/plan.js";
import { Preview } from "../../../../provider/snapshot/preview/preview.js";
import { inputsOf } from "../../../../provider/snapshot/state.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import { FakeHypervisor, said, type Method } from "../../hypervisor/fake-hypervisor.js";
import { NOW } from "../../hypervisor/fake-operation.js";
import { stateWith, UUID } from "../states.js";

/** A domain, and what becomes of its snapshot. */
interface Case {
  domain: "running" | "shut off" | "missing";
  snapshot: "absent" | "present" | "only a tag";
  saved: boolean;
  resource: "created" | "adopted" | "reverted" | "unchanged";
}

const aCase: fc.Arbitrary<Case> = fc.record({
  domain: fc.constantFrom("running", "shut off", "missing"),
  snapshot: fc.constantFrom("absent", "present", "only a tag"),
  saved: fc.boolean(),
  resource: fc.constantFrom("created", "adopted", "reverted", "unchanged"),
});

const uuidOf = (index: number) => UUID.slice(0, -2) + String(index).padStart(2, "0");
const imageOf = (index: number) => `/images/vm-${index}.qcow2`;

describe("what a preview takes along", () => {
  const hypervisorWith = (cases: readonly Case[]) => {
    const hypervisor = new FakeHypervisor();
    for (const [index, { domain, snapshot, saved }] of cases.entries()) {
      if (domain === "missing") continue;
      const disks = [
        { target: "vda", device: "disk", type: "file", driver: "qcow2", source: imageOf(index) },
      ];
      const defined = hypervisor.define({
        uuid: uuidOf(index),
        name: `vm-${index}`,
        xml: { disks } as never,
      });
      Object.assign(defined, { state: domain, saved });
      if (snapshot === "present") defined.snapshots.push({ name: "a", creationTime: 1_800_000_001 });
      if (snapshot !== "absent") hypervisor.tags.set(imageOf(index), ["a"]);
    }
    return hypervisor;
  };
  const lines = async (cases: readonly Case[], hypervisor: FakeHypervisor, isExpected: boolean) => {
    const open = () => fakeHost(hypervisor);
    const preview = new Preview({ open, now: () => NOW, elapsed: () => 0 });
    const inputs = cases.map((_, index): SnapshotInputs => ({ domain: `vm-${index}`, name: "a" }));
    if (isExpected) preview.expect(inputs);
    const printed: Notice[] = [];
    for (const [index, { resource }] of cases.entries()) {
      const own = inputs[index] ?? assert.fail();
      preview.declared(own);
      if (resource === "created") printed.push(...(await preview.beforeCreate(own)));
      if (resource === "adopted") printed.push(...(await preview.beforeCreate({ ...own, adopt: true })));
      if (resource !== "reverted") continue;
      const state = stateWith({ domainUuid: uuidOf(index), domainName: own.domain, domain: own.domain });
      const wanted = { ...inputsOf(state), revert: { triggers: ["now"] } };
      printed.push(...(await preview.beforeChange(plan(state, wanted), state, wanted)));
    }
    // What was taken along may still be on its way.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(hypervisor.changes, []);
    return printed;
  };

  it("changes no line, whatever is on the host and whatever fails", async () => {
    const failing = fc.constantFrom<Method | undefined>(
      undefined,
      "listDomains",
      "domainXml",
      "readSnapshot",
      "listManagedSaves",
      "blockInfo",
      "imageTags",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(aCase, { minLength: 1, maxLength: 9 }), failing, async (cases, method) => {
        // Of two failures in one look the first counts, so there is only one.
        const there = method === undefined ? {} : { snapshot: "present" as const };
        const hypervisor = () => {
          const made = hypervisorWith(cases.map((each) => ({ ...each, ...there })));
          if (method !== undefined) made.fail(method, said("Unexpected", "an error"));
          return made;
        };
        assert.deepEqual(await lines(cases, hypervisor(), true), await lines(cases, hypervisor(), false));
      }),
      { numRuns: 300 },
    );
  });

  it("is nothing if only one snapshot of many changes", async () => {
    const quiet: Case = { domain: "running", snapshot: "present", saved: false, resource: "unchanged" };
    for (const resource of ["created", "reverted"] as const) {
      const cases = Array.from({ length: 50 }, (_, index): Case =>
        index === 7 ? { ...quiet, resource } : quiet,
      );
      const [alone, along] = [hypervisorWith(cases), hypervisorWith(cases)];
      await lines(cases, alone, false);
      await lines(cases, along, true);
      assert.deepEqual(along.calls, alone.calls);
    }
  });

  it("is asked no more often than each snapshot by itself asks", async () => {
    for (const resource of ["created", "reverted"] as const) {
      const cases = Array.from({ length: 30 }, (): Case => ({
        domain: "shut off",
        snapshot: resource === "created" ? "absent" : "present",
        saved: false,
        resource,
      }));
      const [alone, along] = [hypervisorWith(cases), hypervisorWith(cases)];
      await lines(cases, alone, false);
      await lines(cases, along, true);
      const calls = ({ calls }: FakeHypervisor) => calls.map((call) => JSON.stringify(call)).sort();
      assert.deepEqual(calls(along), calls(alone));
    }
  });
});
