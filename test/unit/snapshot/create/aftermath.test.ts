import assert from "node:assert/strict";
import type { VirshError } from "../../../../provider/errors.js";
import { Interrupted } from "../../../../provider/hypervisor/act.js";
import { take } from "../../../../provider/snapshot/create/act.js";
import { decideTake, refusalError } from "../../../../provider/snapshot/create/decide.js";
import { lookBeforeCreate } from "../../../../provider/snapshot/create/look.js";
import type { SnapshotInputs } from "../../../../provider/snapshot/inputs.js";
import { fakeOperation, type FakeOperation } from "../../hypervisor/fake-operation.js";
import { FakeHypervisor, IMAGE, said, type FakeDomain } from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { UUID } from "../states.js";

const REFUSED = said("Unexpected", "operation failed: no", "Do that.");
const DIED = said("Unreachable", "End of file while reading data", "Look.");
const FAILED = 'Unable to take snapshot "a" of debian12: operation failed: no. Do that.';
const ENDED =
  'Unable to take snapshot "a" of debian12: End of file while reading data. The host is done, and took no snapshot "a".';
const RESUMED = "The attempt left the domain paused; it runs again.";
describe("after a create that failed", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  let operation: FakeOperation;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12", xml: { agent: "connected" } });
    hypervisor.tags.set(IMAGE, []);
    operation = fakeOperation(hypervisor);
  });

  async function taken(changes: Partial<SnapshotInputs> = {}): Promise<void> {
    const inputs = { domain: "debian12", name: "a", ...changes };
    const facts = await lookBeforeCreate(operation.host, { uuid: UUID, name: "debian12" }, inputs);
    const decision = decideTake(inputs, facts);
    if (decision.do === "refuse") throw refusalError(facts.domain, "a", decision);
    await take(operation, inputs, facts, decision.request);
  }
  const fails = (error: VirshError, meanwhile: () => void) =>
    hypervisor.fail("createSnapshot", error, { meanwhile, nth: 1 });
  const leavesPaused = (reason: string) => () => Object.assign(domain, { state: "paused", reason });
  const changes = () => hypervisor.changes.map(([method]) => method).slice(1);

  describe("a domain that ran", () => {
    it("goes on where libvirt paused it", async () => {
      fails(REFUSED, leavesPaused("saving"));
      await failsWith(taken(), "Unexpected", `${FAILED} ${RESUMED}`);
      assert.equal(domain.state, "running");
    });

    it("stays paused where a person paused it, and the message says so", async () => {
      fails(DIED, leavesPaused("user"));
      await failsWith(
        taken(),
        "Unreachable",
        `${ENDED} debian12 is "paused (user)" now. To let it go on: virsh resume ${UUID}.`,
      );
      assert.deepEqual(changes(), []);
    });

    it("is named where it cannot be resumed, with what to type", async () => {
      fails(REFUSED, leavesPaused("saving"));
      hypervisor.fail("resumeDomain", said("Unexpected", "internal error: no"));
      await failsWith(
        taken(),
        "Unexpected",
        `${FAILED} debian12 is "paused (saving)" now. To let it go on: virsh resume ${UUID}. ` +
          "Unable to run a command of virsh: internal error: no.",
      );
    });

    it("goes on also where it cannot be seen what else is left", async () => {
      hypervisor.fail("fileExists", said("Denied", "Permission denied"), { nth: 4 });
      fails(DIED, leavesPaused("saving"));
      await failsWith(
        taken({ memory: { snapshot: "external", file: "/images/m" } }),
        "Unreachable",
        `${ENDED} ${RESUMED} Whether it left a tag or a file could not be seen (Permission denied).`,
      );
    });

    it("is not touched while it runs", async () => {
      fails(REFUSED, () => undefined);
      await failsWith(taken(), "Unexpected", FAILED);
      assert.deepEqual(changes(), []);
    });
  });

  it("a domain that an earlier run left paused is no snapshot's to take", async () => {
    leavesPaused("saving")();
    await failsWith(
      taken(),
      "Conflict",
      'Unable to take snapshot "a" of debian12: debian12 is paused (saving), and no job holds it: an operation that was interrupted left it so. ' +
        `Nothing was changed. Let it go on first: virsh resume ${UUID}`,
    );
    assert.deepEqual(hypervisor.changes, []);
  });

  it("a domain that was paused before stays paused", async () => {
    domain.state = "paused";
    fails(DIED, leavesPaused("saving"));
    await failsWith(taken(), "Unreachable", ENDED);
    assert.deepEqual(changes(), []);
  });

  it("the time limit is named, where that was the cause", async () => {
    fails(said("Timeout", "the time limit ran out"), () => undefined);
    await failsWith(
      taken(),
      "Timeout",
      'Unable to take snapshot "a" of debian12: the time limit ran out. The host is done, and took no snapshot "a". timeoutSeconds sets the limit.',
    );
  });

  describe("file systems", () => {
    const quiesced = () => taken({ diskOnly: true, quiesce: "required" });
    const freezes = () => (domain.frozen = true);

    it("are thawed where the create froze them and the daemon died", async () => {
      fails(DIED, freezes);
      await failsWith(
        quiesced(),
        "Unreachable",
        `${ENDED} The attempt left its file systems frozen; they are thawed.`,
      );
      assert.deepEqual([changes(), domain.frozen], [["thawDomain"], false]);
    });

    it("stay frozen where libvirt itself refused: then someone else froze them", async () => {
      fails(REFUSED, freezes);
      await failsWith(quiesced(), "Unexpected", FAILED);
      assert.deepEqual(changes(), []);
    });

    it("stay frozen where it is not known what they were before", async () => {
      hypervisor.fail("isFrozen", said("Unsupported", "no answer"), { nth: 1 });
      fails(DIED, freezes);
      await failsWith(
        quiesced(),
        "Unreachable",
        `${ENDED} Its file systems may be frozen. To see it: virsh domfsinfo ${UUID}. To thaw them: virsh domfsthaw ${UUID}.`,
      );
      assert.deepEqual(changes(), []);
    });

    it("that are frozen already refuse a quiesced create, and nothing is thawed", async () => {
      domain.frozen = true;
      await failsWith(
        quiesced(),
        "Conflict",
        'Unable to take snapshot "a" of debian12: quiesce: the guest\'s file systems are frozen already, for instance by a backup. ' +
          `Nothing was changed. Wait until it has thawed them. If nothing needs them frozen any more: virsh domfsthaw ${UUID}`,
      );
      assert.deepEqual(hypervisor.changes, []);
    });
  });

  describe("the tag in the image", () => {
    const leavesTag = () => hypervisor.tags.set(IMAGE, ["a"]);
    /** libvirt defines what is given to it. */
    const defines = () =>
      hypervisor.during("redefineSnapshot", () =>
        domain.snapshots.push({ name: "a", creationTime: 1_800_003_600 }),
      );

    it("is removed through libvirt", async () => {
      defines();
      fails(DIED, () => {
        leavesTag();
        leavesPaused("saving")();
      });
      await assert.rejects(taken());
      assert.deepEqual(changes(), ["resumeDomain", "redefineSnapshot", "deleteSnapshot"]);
    });

    it("is left and named where libvirt does not take it", async () => {
      hypervisor.fail("redefineSnapshot", said("Unexpected", "no"));
      fails(DIED, leavesTag);
      await failsWith(
        taken(),
        "Unreachable",
        `${ENDED} Unable to run a command of virsh: no. The attempt left a tag "a" in "${IMAGE}", which libvirt does not list. ` +
          `To remove it, while the domain is off: qemu-img snapshot -d a ${IMAGE}.`,
      );
    });

    it("is named as a snapshot where libvirt defines it and then does not delete it", async () => {
      defines();
      hypervisor.fail("deleteSnapshot", said("Unexpected", "no"));
      fails(DIED, leavesTag);
      await failsWith(
        taken(),
        "Unreachable",
        `${ENDED} Unable to run a command of virsh: no. The attempt left snapshot "a". To remove it: virsh snapshot-delete ${UUID} a.`,
      );
    });

    it("is not touched where the image could not be seen before", async () => {
      hypervisor.tags.set(IMAGE, undefined);
      fails(DIED, leavesTag);
      await failsWith(taken(), "Unreachable", ENDED);
      assert.deepEqual(changes(), []);
    });

    it("is not touched where libvirt lists a snapshot of that name", async () => {
      fails(REFUSED, () => {
        leavesTag();
        domain.snapshots.push({ name: "a", creationTime: 1_800_000_000 });
      });
      await failsWith(taken(), "Unexpected", FAILED);
      assert.deepEqual(changes(), []);
    });
  });

  describe("files", () => {
    const FILE = "/images/a.memory";
    const external = () => taken({ memory: { snapshot: "external", file: FILE } });

    it("that it made are removed", async () => {
      fails(DIED, () => hypervisor.files.add(FILE));
      await failsWith(
        external(),
        "Unreachable",
        `${ENDED} The attempt left the file "${FILE}"; it is removed.`,
      );
    });

    it("that a process uses stay, and are named with the command that removes them", async () => {
      fails(DIED, () => {
        hypervisor.files.add(FILE);
        hypervisor.locked.add(FILE);
      });
      await failsWith(
        external(),
        "Unreachable",
        `${ENDED} The attempt left the file "${FILE}"; it stays, because a process uses it. ` +
          `To remove it on the host, once nothing needs it: rm ${FILE}.`,
      );
      assert.equal(hypervisor.files.has(FILE), true);
    });

    it("that the domain has gone over to stay, with the command that merges them", async () => {
      const overlay = "/images/vda.a";
      fails(DIED, () => {
        hypervisor.files.add(overlay);
        const [disk] = hypervisor.definition(UUID).disks;
        if (disk !== undefined) domain.xml.disks = [{ ...disk, source: overlay }];
      });
      await failsWith(
        taken({ diskOnly: true }),
        "Unreachable",
        `${ENDED} debian12 now writes to the overlay "${overlay}", and no snapshot is listed. To merge it into the image below it, ` +
          `while the domain runs: virsh blockcommit ${UUID} vda --active --pivot --wait. After that: rm ${overlay}.`,
      );
      assert.ok(hypervisor.files.has(overlay));
    });

    it("of another machine are named with the command that removes them", async () => {
      hypervisor.here = false;
      fails(DIED, () => hypervisor.files.add(FILE));
      await assert.rejects(external(), new RegExp(`rm ${FILE}`));
      assert.equal(hypervisor.files.has(FILE), true);
    });

    it("with half of a memory are named before, with what they are", async () => {
      hypervisor.files.add(FILE);
      hypervisor.halfWritten.add(FILE);
      await assert.rejects(
        external(),
        /written only in part.* remove it on the host: rm \/images\/a\.memory$/,
      );
      assert.deepEqual(hypervisor.changes, []);
    });
  });

  describe("the next operation of the run on that domain", () => {
    it("is refused while the domain is not as it was, and allowed once it is", async () => {
      fails(DIED, () => (domain.state = "shut off"));
      await assert.rejects(taken(), /debian12 is "shut off" now\. To start it as it is: virsh start/);
      await failsWith(
        taken(),
        "Conflict",
        'Unable to take snapshot "a" of debian12: debian12 is shut off, after an operation of this run that failed: it was running before. ' +
          "Nothing was changed. See the message of that operation. Once the domain does what it should, run this again.",
      );
      domain.state = "running";
      await taken();
    });

    it("is refused after a create whose result is not known, unless the domain is as it was", async () => {
      hypervisor.fail("domainControl", said("Unexpected", "no"), { nth: 2 });
      fails(DIED, () => (domain.state = "paused"));
      await assert.rejects(
        taken(),
        (error) => error instanceof Interrupted && error.outcome.is === "not known",
      );
      await failsWith(taken(), "Conflict");
    });
  });
});
