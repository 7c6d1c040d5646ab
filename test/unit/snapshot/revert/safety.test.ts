import assert from "node:assert/strict";
import fc from "fast-check";
import type { RevertFacts } from "../../../../provider/snapshot/revert/look.js";
import {
  pruneSafety,
  SafetyIncomplete,
  decideSafety,
  takeSafety,
} from "../../../../provider/snapshot/revert/safety.js";
import type { SafetySnapshot } from "../../../../provider/snapshot/outputs.js";
import type { SnapshotXml } from "../../../../provider/xml/snapshot.js";
import { running } from "../../capabilities/domains.js";
import { legalName } from "../arbitraries.js";
import { fakeOperation } from "../../hypervisor/fake-operation.js";
import { FakeHypervisor, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { revertStep, UUID } from "../states.js";

const NOW = new Date("2026-11-24T19:00:35.123Z");
const SUFFIX = "-before-revert-20261124T190035Z";

function safety(second: number): SafetySnapshot {
  return { name: `s${second}`, creationTime: `2027-01-15T08:00:0${second}Z` };
}
const [S1, S2, S3] = [safety(1), safety(2), safety(3)];

function situation(kind: "internal" | "external" = "internal"): RevertFacts {
  const snapshot: SnapshotXml = {
    name: "a",
    state: "running",
    creationTime: 1,
    memory: { snapshot: "internal" },
    disks: [
      { name: "vda", snapshot: "no" },
      { name: "vdb", snapshot: kind },
    ],
  };
  return {
    ...{ now: running(), snapshot, differences: [], managedSave: false, current: "a", version: "9.0.0" },
    imagesWithout: [],
  };
}

function plannedFor(name: string, keep = 1, taken: SafetySnapshot[] = []) {
  const target = { domainUuid: UUID, name };
  return decideSafety(revertStep({ target, taken, options: { safetySnapshot: { keep } } }), situation(), NOW);
}

describe("the plan of a safety snapshot", () => {
  it("is absent if none is configured", () => {
    assert.equal(decideSafety(revertStep({ taken: [S1] }), situation(), NOW), undefined);
  });

  it("names the snapshot after the target and the time, to the second in UTC", () => {
    assert.deepEqual(plannedFor("a b"), { name: `a b${SUFFIX}`, diskOnly: false, prune: [] });
  });

  it("has the mode of the target", () => {
    const step = revertStep({ options: { safetySnapshot: { keep: 1 } } });
    assert.equal(decideSafety(step, situation("external"), NOW)?.diskOnly, true);
    assert.equal(decideSafety(step, situation("internal"), NOW)?.diskOnly, false);
  });

  const room = 247 - SUFFIX.length;
  const cuts: [what: string, name: string, start: string][] = [
    ["one that just fits", "x".repeat(room), "x".repeat(room)],
    ["one byte too many", "x".repeat(room + 1), "x".repeat(room)],
    ["the longest", "x".repeat(247), "x".repeat(room)],
    ["a cut through a character of two bytes", `${"x".repeat(room - 1)}éé`, "x".repeat(room - 1)],
    ["a cut through a character of four bytes", `${"x".repeat(room - 3)}🙂`, "x".repeat(room - 3)],
    ["a cut behind a character", `${"x".repeat(room - 2)}éé`, `${"x".repeat(room - 2)}é`],
  ];
  for (const [what, name, start] of cuts) {
    it(`cuts a long name between characters: ${what}`, () => {
      assert.equal(plannedFor(name)?.name, start + SUFFIX);
    });
  }

  it("gives a name that libvirt can save, whatever the target's name", () => {
    fc.assert(
      fc.property(legalName, fc.integer({ min: 1, max: 6 }), (name, times) => {
        const made = plannedFor(name.repeat(times))?.name ?? "";
        assert.ok(Buffer.byteLength(made) <= 247);
        assert.ok(made.isWellFormed() && made.endsWith(SUFFIX));
        assert.ok(name.repeat(times).startsWith(made.slice(0, -SUFFIX.length)));
      }),
    );
  });

  const prunes: [keep: number, taken: SafetySnapshot[], prune: SafetySnapshot[]][] = [
    [1, [], []],
    [1, [S1], [S1]],
    [2, [S1], []],
    [2, [S1, S2], [S1]],
    [1, [S1, S2, S3], [S1, S2, S3]],
    [3, [S1, S2, S3], [S1]],
    [100, [S1, S2, S3], []],
  ];
  for (const [keep, taken, prune] of prunes) {
    it(`with keep ${keep} and ${taken.length} earlier ones prunes the oldest ${prune.length}`, () => {
      assert.deepEqual(plannedFor("a", keep, taken)?.prune, prune);
    });
  }
});

describe("safety snapshots", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let told: string[];
  beforeEach(() => {
    told = [];
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [1, 2, 3].map((second) => ({ name: `s${second}`, creationTime: 1_800_000_000 + second })),
    });
  });
  const left = () => domain.snapshots.map(({ name }) => name);
  const prune = (these: SafetySnapshot[], taken = [S1, S2, S3]) =>
    pruneSafety(
      fakeOperation(hypervisor, { tell: ({ text }) => void told.push(text) }),
      {
        domain: "debian12",
        name: "a",
        schemaVersion: 1,
        domainUuid: UUID,
        domainName: "debian12",
        safetySnapshots: taken,
      },
      these,
    );
  const takeIt = (diskOnly: boolean) =>
    takeSafety(fakeOperation(hypervisor), revertStep(), { name: "s9", diskOnly, prune: [] });

  it("have a description of their purpose, and record their creation time", async () => {
    hypervisor.clock = 1_800_000_008;
    assert.deepEqual(await takeIt(false), { name: "s9", creationTime: "2027-01-15T08:00:09Z" });
    const description = "State of debian12 before it went back to a";
    assert.deepEqual(hypervisor.changes, [["createSnapshot", UUID, { name: "s9", description }]]);
  });

  it("are of disks alone if the target is external", async () => {
    await takeIt(true);
    assert.equal((hypervisor.changes[0]?.[2] as { diskOnly?: boolean }).diskOnly, true);
  });

  it("fail if libvirt fails to take them", async () => {
    hypervisor.fail("createSnapshot", said("Unsupported", "no"));
    await failsWith(takeIt(false), "Unsupported", 'Unable to take snapshot "s9" of debian12: no.');
  });

  it("are not recorded if an interrupted create provably took none", async () => {
    hypervisor.fail("createSnapshot", said("Timeout", "the time limit ran out"));
    await failsWith(
      takeIt(false),
      "Timeout",
      'Unable to take snapshot "s9" of debian12: the time limit ran out. The host is done, and took no snapshot "s9". timeoutSeconds sets the limit.',
    );
  });

  it("are recorded without a time if they could not be read back", async () => {
    hypervisor.fail("readSnapshot", said("Unreachable", "gone"));
    await assert.rejects(takeIt(false), (error) => {
      assert.ok(error instanceof SafetyIncomplete);
      assert.deepEqual(error.safety, { name: "s9" });
      return true;
    });
  });

  it("are deleted if they are due, and the others stay", async () => {
    assert.deepEqual(await prune([S1, S2]), [S3]);
    assert.deepEqual(left(), ["s3"]);
    assert.deepEqual(told, []);
  });

  it("that are already gone are dropped from the state", async () => {
    domain.snapshots = [];
    assert.deepEqual(await prune([S1]), [S2, S3]);
    assert.deepEqual(hypervisor.changes, []);
  });

  it("are not confused with others that have their names now", async () => {
    domain.snapshots = [{ name: "s1", creationTime: 5 }];
    assert.deepEqual(await prune([S1]), [S2, S3]);
    assert.deepEqual(left(), ["s1"]);
  });

  it("that cannot be deleted stay, in their order, and are reported", async () => {
    hypervisor.fail("deleteSnapshot", said("Unsupported", "no"), { nth: 1 });
    hypervisor.fail("deleteSnapshot", said("Unsupported", "no"), { nth: 2 });
    assert.deepEqual(await prune([S1, S2]), [S1, S2, S3]);
    assert.deepEqual(told, [
      'The old safety snapshot "s1" of debian12 stays for now: Unable to delete snapshot "s1" of debian12: no.',
      'The old safety snapshot "s2" of debian12 stays for now: Unable to delete snapshot "s2" of debian12: no.',
    ]);
  });

  it("are deleted although one before them cannot be deleted", async () => {
    hypervisor.fail("deleteSnapshot", said("Unsupported", "no"), { nth: 1 });
    assert.deepEqual(await prune([S1, S2]), [S1, S3]);
    assert.deepEqual(left(), ["s1", "s3"]);
  });
});
