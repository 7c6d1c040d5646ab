import assert from "node:assert/strict";
import type { DomainRef } from "../../../provider/hypervisor/results.js";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { plan } from "../../../provider/snapshot/plan.js";
import { underNewName } from "../../../provider/snapshot/renamed-domain.js";
import { inputsOf } from "../../../provider/snapshot/state.js";
import { stateWith } from "./states.js";

const OTHER = "00000000-0000-4000-8000-000000000099";

describe("a snapshot whose program gives its domain another name", () => {
  const state = stateWith({});
  const inputs = (domain: string): SnapshotInputs => ({ ...inputsOf(state), domain });
  const host = (...domains: DomainRef[]) => ({ listDomains: () => Promise.resolve(domains) });

  it("stays where the host has the same domain under that name", async () => {
    const renamed = host({ uuid: state.domainUuid, name: "new" });
    const now = await underNewName(() => renamed, state, inputs("new"));
    assert.deepEqual(now, { ...state, domainName: "new" });
    assert.deepEqual(plan(now, inputs("new")).replaces, []);
  });

  it("is replaced where the name belongs to another domain, or to none", async () => {
    for (const domains of [[], [{ uuid: OTHER, name: "new" }]]) {
      const now = await underNewName(() => host(...domains), state, inputs("new"));
      assert.equal(now, state);
      assert.deepEqual(plan(now, inputs("new")).replaces, ["domain"]);
    }
  });

  it("does not look at the host while the name is the same, or a UUID, or unknown", async () => {
    const none = () => {
      throw new Error("looked");
    };
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    for (const domain of [state.domain, state.domainName, state.domainUuid.toUpperCase(), unknown])
      assert.equal(await underNewName(none, state, inputs(domain)), state);
  });
});
