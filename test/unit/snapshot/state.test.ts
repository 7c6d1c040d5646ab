import assert from "node:assert/strict";
import type { SnapshotInputs } from "../../../provider/snapshot/inputs.js";
import { achieved, toRfc3339 } from "../../../provider/snapshot/facts.js";
import { snapshotId } from "../../../provider/snapshot/identity.js";
import { inputsOf, keptOf, readState, toState, withInputs } from "../../../provider/snapshot/state.js";
import type { SnapshotDisk, SnapshotXml } from "../../../provider/xml/snapshot.js";
import { HOST } from "../hypervisor/fake-hypervisor.js";
import { stateWith, UUID } from "./states.js";

const INPUTS = { domain: "debian12", name: "a" };

function stateOf(changes: Partial<SnapshotXml>, current?: string, inputs: SnapshotInputs = INPUTS) {
  const snapshot: SnapshotXml = {
    name: "a",
    state: "running",
    creationTime: 1_800_000_001,
    memory: { snapshot: "internal" },
    disks: [{ name: "vda", snapshot: "internal" }],
    ...changes,
  };
  return toState(inputs, { uuid: UUID, name: "debian12" }, { xml: "", snapshot }, current, {
    consistency: "memory",
  });
}

describe("the state of a snapshot", () => {
  const internal: SnapshotDisk = { name: "vda", snapshot: "internal", driver: "qcow2" };
  const external: SnapshotDisk = { name: "vdb", snapshot: "external", type: "file", source: "/i/vdb.a" };
  const kinds: [what: string, changes: Partial<SnapshotXml>, location: string][] = [
    ["internal disks and memory", { disks: [internal] }, "internal"],
    ["external disks without memory", { disks: [external], memory: { snapshot: "no" } }, "external"],
    ["external disks and memory", { disks: [external], memory: { snapshot: "external" } }, "external"],
    ["internal and external disks", { disks: [internal, external], memory: { snapshot: "no" } }, "mixed"],
    ["external memory and internal disks", { disks: [internal], memory: { snapshot: "external" } }, "mixed"],
    ["memory alone", { disks: [], memory: { snapshot: "external", file: "/m" } }, "external"],
  ];
  for (const [what, changes, location] of kinds) {
    it(`has location ${location} with ${what}`, () => {
      assert.equal(stateOf(changes).location, location);
    });
  }

  it("names the captured disks with their overlays, and omits the others", () => {
    const disks: SnapshotDisk[] = [
      internal,
      external,
      { name: "vdc", snapshot: "no" },
      { name: "vdd", snapshot: "manual" },
      { name: "vde", snapshot: "external" },
    ];
    assert.deepEqual(stateOf({ disks }).capturedDisks, [
      { name: "vda", snapshot: "internal" },
      { name: "vdb", snapshot: "external", file: "/i/vdb.a" },
      { name: "vde", snapshot: "external" },
    ]);
  });

  it("names the memory file", () => {
    const memory = { snapshot: "external", file: "/m" } as const;
    assert.deepEqual(stateOf({ memory }).capturedMemory, memory);
  });

  it("is current only if the domain reports that", () => {
    assert.deepEqual(
      ["a", "b", undefined].map((current) => stateOf({}, current).isCurrent),
      [true, false, false],
    );
  });

  it("has the host's description, not the declared one", () => {
    const asked = { ...INPUTS, description: "ours" };
    assert.equal("description" in stateOf({}, undefined, asked), false);
    assert.equal(stateOf({ description: "theirs" }, undefined, asked).description, "theirs");
  });

  const consistencies: [
    state: string,
    memory: "no" | "internal" | "external",
    frozen: boolean,
    word: string,
  ][] = [
    ["shutoff", "no", false, "offline"],
    ["running", "internal", false, "memory"],
    ["paused", "external", false, "memory"],
    ["disk-snapshot", "no", true, "quiesced"],
    ["disk-snapshot", "no", false, "crash-consistent"],
  ];
  for (const [state, memory, frozen, word] of consistencies) {
    it(`has consistency ${word} for ${state} with memory ${memory}, ${frozen ? "frozen" : "not frozen"}`, () => {
      const snapshot: SnapshotXml = {
        name: "a",
        state,
        creationTime: 1,
        memory: { snapshot: memory },
        disks: [],
      };
      assert.equal(achieved(snapshot, { quiesced: frozen }), word);
    });
  }

  it("is crash-consistent for a domain that is off with a managed-save image, because its guest never shut down", () => {
    const snapshot: SnapshotXml = {
      ...{ name: "a", state: "shutoff", creationTime: 1 },
      ...{ memory: { snapshot: "no" }, disks: [] },
    };
    assert.equal(achieved(snapshot, { suspended: true }), "crash-consistent");
  });

  it("keeps what cannot be read again, and gets its consistency if it had none", () => {
    const snapshot: SnapshotXml = {
      name: "a",
      state: "disk-snapshot",
      creationTime: 1,
      memory: { snapshot: "no" },
      disks: [],
    };
    const kept = {
      host: HOST,
      consistency: "quiesced",
      lastRevert: { at: "2027-01-15T09:00:00Z", triggers: [] },
      safetySnapshots: [{ name: "s", creationTime: "2027-01-15T08:30:00Z" }],
    } as const;
    assert.deepEqual(
      keptOf(
        {
          ...stateWith(),
          ...kept,
          safetySnapshots: [...kept.safetySnapshots],
          lastRevert: { ...kept.lastRevert, triggers: [] },
        },
        snapshot,
      ),
      kept,
    );
    const { consistency: _never, ...partial } = stateWith();
    assert.deepEqual(keptOf(partial, snapshot), { host: HOST, consistency: "crash-consistent" });
  });

  it("returns the inputs, and accepts others in their place", () => {
    const state = stateWith({ atomic: true, revert: { triggers: [1] }, description: "x" });
    const inputs = {
      domain: "debian12",
      name: "a",
      atomic: true,
      revert: { triggers: [1] },
      description: "x",
    };
    assert.deepEqual(inputsOf(state), inputs);
    const other = { domain: UUID, name: "a", timeoutSeconds: 5 };
    assert.deepEqual(withInputs(state, other), { ...stateWith(), ...other });
  });

  it("has the domain's UUID and the snapshot's name as its id, and times in RFC 3339", () => {
    assert.equal(snapshotId({ domainUuid: UUID, name: "a b" }), `${UUID}/a b`);
    assert.equal(toRfc3339(0), "1970-01-01T00:00:00Z");
    assert.equal(toRfc3339(1_800_000_001), "2027-01-15T08:00:01Z");
  });
});

describe("reading a state", () => {
  it("accepts one of this version unchanged", () => {
    const state = stateWith();
    assert.deepEqual(readState({ ...state }), state);
  });

  it("refuses one of a newer version, and names both versions and the remedy", () => {
    assert.throws(() => readState({ ...stateWith(), schemaVersion: 2 }), {
      name: "VirshError",
      kind: "Unsupported",
      message:
        'Unable to read the state of snapshot "a": it has schema version 2, and this version of the package reads ' +
        "schema versions up to 1. Nothing was changed. Install the version of the package that wrote the state, or a later one.",
    });
  });

  const refused: [what: string, changes: Record<string, unknown>, said: string][] = [
    ["whose version is missing", { schemaVersion: undefined }, "its field schemaVersion is missing"],
    [
      "whose version is a text",
      { schemaVersion: "1" },
      "its field schemaVersion is not what this package writes (it is a string)",
    ],
    [
      "whose version is no version",
      { schemaVersion: 0.5 },
      "its field schemaVersion is not what this package writes (it is a number)",
    ],
    ["without a domain", { domainUuid: undefined }, "its field domainUuid is missing"],
    [
      "of something that is no domain",
      { domainUuid: "debian12" },
      "its field domainUuid is not what this package writes (it is a string)",
    ],
    [
      "without the creation time that it had",
      { creationTime: undefined },
      "its field creationTime is missing",
    ],
    [
      "with an impossible creation time",
      { creationTime: "2027-13-45T99:00:00Z" },
      "its field creationTime is not what this package writes (it is a string)",
    ],
    [
      "with a list in place of an object",
      { capturedMemory: [] },
      "its field capturedMemory is not what this package writes (it is a list)",
    ],
    [
      "with one disk of another kind",
      { capturedDisks: [{ name: "vda", snapshot: "manual" }] },
      "its field capturedDisks[0].snapshot is not what this package writes (it is a string)",
    ],
    [
      "with null for an input",
      { deleteScope: null },
      "its field deleteScope is not what this package writes (it is null)",
    ],
    [
      "with a number for an input within another",
      { revert: { to: 1 } },
      "its field revert.to is not what this package writes (it is a number)",
    ],
    [
      "with a safety snapshot without a name",
      { safetySnapshots: [{}] },
      "its field safetySnapshots[0].name is missing",
    ],
    [
      "of another snapshot than the ID",
      { name: "b" },
      "its domainUuid and name are not those of the resource's ID",
    ],
  ];
  for (const [what, changes, said] of refused) {
    it(`refuses one ${what}, and names the field`, () => {
      assert.throws(() => readState({ ...stateWith(), ...changes }, `${UUID}/a`), {
        name: "VirshError",
        message: `Unable to read the state of snapshot "${(changes["name"] as string | undefined) ?? "a"}": ${said}. Nothing was changed. Restore the state from before it was edited.`,
      });
    });
  }

  const partial = {
    schemaVersion: 1,
    domain: "debian12",
    name: "a",
    domainUuid: UUID,
    domainName: "debian12",
  };
  it("accepts one of a snapshot that could not be read back", () => {
    assert.deepEqual(readState({ ...partial, host: HOST }), { ...partial, host: HOST });
  });

  it("refuses one without a creation time if anything else that was read is left", () => {
    const { creationTime: _edited, ...facts } = stateWith({ parent: "b" });
    for (const [field, value] of Object.entries(facts)) {
      if (field in partial || field === "host") continue;
      assert.throws(
        () => readState({ ...partial, [field]: value }),
        /its field creationTime is missing/,
        field,
      );
    }
  });

  it("accepts what a later version may have added, and texts of which a rule has become stricter", () => {
    const state = { ...stateWith({ uri: "x:y" }), later: [1], revert: { later: true } };
    assert.deepEqual(readState(state), state);
  });
});
