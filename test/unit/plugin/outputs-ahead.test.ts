import assert from "node:assert/strict";
import { outputsAhead, outputsUnknown } from "../../../provider/plugin/outputs-ahead.js";
import { UNKNOWN } from "../../../provider/schema/unknown.js";
import type { Step } from "../../../provider/snapshot/plan.js";

const FACTS = {
  schemaVersion: 1,
  host: { uri: "qemu:///system" },
  domainUuid: "uuid",
  domainName: "debian12",
  creationTime: "2026-01-01T00:00:00Z",
  state: "running",
  location: "internal",
  isCurrent: false,
  capturedDisks: [],
  capturedMemory: { snapshot: "internal" },
  consistency: "memory",
};
const OLD = { domain: "debian12", name: "s1", atomic: true, description: "old" };

function ahead(steps: Step[], olds: object = FACTS): Record<string, unknown> {
  const news = { domain: "debian12", name: "s1", description: "new" };
  return outputsAhead({ steps, replaces: [], deleteBeforeReplace: false }, { ...OLD, ...olds }, news);
}

const unknownIn = (outputs: Record<string, unknown>) =>
  Object.keys(outputs).filter((key) => outputs[key] === UNKNOWN);

describe("the outputs that a preview returns", () => {
  it("of a new snapshot are its inputs, and everything else unknown", () => {
    const outputs = outputsUnknown({ name: "s1" });
    assert.equal(outputs["name"], "s1");
    assert.equal(outputs["creationTime"], UNKNOWN);
  });

  it("of an edit are the new inputs and the old facts", () => {
    const { atomic: _gone, ...inputs } = OLD;
    assert.deepEqual(ahead([{ do: "describe", description: "new" }]), {
      ...inputs,
      ...FACTS,
      description: "new",
    });
  });

  it("of a revert leave open what it changes", () => {
    const revert = { do: "revert" } as Step;
    assert.deepEqual(unknownIn(ahead([revert])), ["isCurrent", "lastRevert", "safetySnapshots"]);
  });

  it("of a snapshot that could never be read back are open", () => {
    const { domainUuid, domainName } = FACTS;
    const open = unknownIn(ahead([{ do: "record", properties: ["atomic"] }], { domainUuid, domainName }));
    assert.ok(open.includes("creationTime") && !open.includes("domainUuid"));
  });
});
