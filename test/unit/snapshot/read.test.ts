import assert from "node:assert/strict";
import { read } from "../../../provider/snapshot/read.js";
import { fakeHost } from "../hypervisor/fake-host.js";
import {
  domainOn,
  EXTERNAL,
  FakeHypervisor,
  IMAGE,
  said,
  type FakeDomain,
} from "../hypervisor/fake-hypervisor.js";
import { failsWith } from "./rejects.js";
import { stateWith, UUID } from "./states.js";

const OTHER = "4b239424-eb0f-402a-854c-8a2b01c15fea";

describe("reading a snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({
      uuid: UUID,
      name: "debian12",
      snapshots: [{ name: "a", creationTime: 1_800_000_001 }],
      current: "a",
    });
  });

  it("returns the recorded state when nothing has changed", async () => {
    const state = stateWith({
      revert: { triggers: ["x"] },
      timeoutSeconds: 60,
      lastRevert: { at: "2027-01-15T09:00:00.000Z", triggers: ["x"] },
    });
    assert.deepEqual(await read(fakeHost(hypervisor), state), { state });
    assert.deepEqual(hypervisor.changes, []);
  });

  describe("that is external", () => {
    const captured = (image: string) => EXTERNAL + domainOn(image);
    const state = stateWith({ location: "external", capturedDisks: [], capturedMemory: { snapshot: "no" } });
    const damage = async (image: string) => {
      domain.snapshots = [{ name: "a", creationTime: 1_800_000_001, captured: captured(image) }];
      const found = await read(fakeHost(hypervisor), state);
      return "damage" in found ? found.damage : undefined;
    };

    it("says so if the domain writes to the image again that the snapshot captured", async () => {
      assert.equal(
        await damage(IMAGE),
        `Snapshot "a" of debian12 no longer holds what it captured: the domain writes to "${IMAGE}" again, and no longer ` +
          'to the snapshot\'s overlay "/images/vda.overlay". Someone merged the overlay (virsh blockcommit), or went back ' +
          'to a snapshot inside the image. With deleteScope: "metadata" and an update, it can leave the program: libvirt ' +
          "then forgets the snapshot and changes no image.",
      );
    });

    it("says nothing while the domain writes elsewhere", async () => {
      assert.equal(await damage("/images/base"), undefined);
    });
  });

  it("follows the host in outputs, and the program in inputs", async () => {
    domain.name = "renamed";
    domain.current = "b";
    domain.snapshots = [
      { name: "a", creationTime: 1_800_000_001, parent: "root", description: "edited elsewhere" },
    ];
    const state = stateWith({ description: "before", atomic: true });
    assert.deepEqual(await read(fakeHost(hypervisor), state), {
      state: {
        ...state,
        domainName: "renamed",
        isCurrent: false,
        parent: "root",
        description: "edited elsewhere",
      },
    });
  });

  it("drops a description and a parent that no longer exist", async () => {
    const found = await read(fakeHost(hypervisor), stateWith({ description: "before", parent: "root" }));
    assert.deepEqual(found, { state: stateWith() });
  });

  it("completes a state that could not be read back at first", async () => {
    const { domain: asked, name, domainUuid, domainName, schemaVersion } = stateWith();
    const found = await read(fakeHost(hypervisor), {
      domain: asked,
      name,
      domainUuid,
      domainName,
      schemaVersion,
    });
    assert.deepEqual(found, { state: stateWith() });
  });

  const gone: [what: string, change: () => void, gone: string, next: string][] = [
    [
      "deleted",
      () => (domain.snapshots = []),
      'snapshot "a" of debian12 was deleted outside of this program',
      "The next update takes a new snapshot, of the state that the domain has then.",
    ],
    [
      "taken anew under the same name",
      () => (domain.snapshots = [{ name: "a", creationTime: 1_800_000_002 }]),
      'snapshot "a" of debian12 was replaced outside of this program: the one in the state was taken 2027-01-15T08:00:01Z, the one on the host 2027-01-15T08:00:02Z',
      "The next update fails while that one exists: delete it, or give this one another name.",
    ],
    [
      "gone with its domain",
      () => hypervisor.domains.pop(),
      `domain debian12 (${UUID}) is gone from the host, and snapshot "a" with it`,
      "The next update fails until the domain is defined again or the program names another.",
    ],
    [
      "gone with a domain that was defined anew",
      () => (domain.uuid = OTHER),
      `domain debian12 was defined anew (its UUID was ${UUID} and is ${OTHER}), and snapshot "a" is gone with the old one`,
      "The next update takes a new snapshot, of the new domain, if that is the one that the program names.",
    ],
  ];
  for (const [what, change, words, next] of gone) {
    it(`reports a snapshot that was ${what}, and the consequence`, async () => {
      change();
      assert.deepEqual(await read(fakeHost(hypervisor), stateWith()), { gone: words, next });
    });
  }

  for (const method of ["listDomains", "readSnapshot", "currentSnapshot"] as const) {
    for (const kind of ["Unreachable", "Denied", "Timeout", "Unexpected"] as const) {
      it(`does not treat ${kind} from ${method} as absence`, async () => {
        hypervisor.fail(method, said(kind, "no"));
        await failsWith(read(fakeHost(hypervisor), stateWith()), kind);
      });
    }
  }
});
