import assert from "node:assert/strict";
import { scopeOf } from "../../../../provider/snapshot/delete-scope.js";
import { decideDelete } from "../../../../provider/snapshot/delete/decide.js";
import { lookBeforeDelete } from "../../../../provider/snapshot/delete/look.js";
import { toRfc3339 } from "../../../../provider/snapshot/facts.js";
import type { SnapshotState } from "../../../../provider/snapshot/state.js";
import { disk } from "../../capabilities/domains.js";
import { fakeHost } from "../../hypervisor/fake-host.js";
import {
  domainOn,
  EXTERNAL,
  FakeHypervisor,
  IMAGE,
  said,
  type FakeDomain,
  type FakeSnapshot,
} from "../../hypervisor/fake-hypervisor.js";
import { failsWith } from "../rejects.js";
import { stateWith, UUID } from "../states.js";

describe("the virsh flags of a delete", () => {
  const table = [
    [undefined, {}],
    ["snapshot", {}],
    ["children", { children: true }],
    ["childrenOnly", { childrenOnly: true }],
    ["metadata", { metadata: true }],
  ] as const;
  for (const [deleteScope, request] of table) {
    it(`follow from deleteScope ${deleteScope ?? "when it is absent"}`, () => {
      assert.deepEqual(scopeOf({ deleteScope }).request, request);
    });
  }
});

const HAZARD =
  "would delete the base image together with an external snapshot that the domain no longer uses";

const OVERLAYS = EXTERNAL.slice(EXTERNAL.indexOf("<disks>"));
/** An internal snapshot of a domain that ran on this image. */
const insideOf = (image: string) =>
  "<memory snapshot='no'/><disks><disk name='vda' snapshot='internal'/></disks>" + domainOn(image);

describe("deleting a snapshot", () => {
  let hypervisor: FakeHypervisor;
  let domain: FakeDomain;
  beforeEach(() => {
    hypervisor = new FakeHypervisor();
    domain = hypervisor.define({ uuid: UUID, name: "debian12" });
  });

  /** A line of snapshots, each the parent of the next: `i` internal, `e` external. */
  function line(kinds: string): FakeSnapshot[] {
    return Array.from(kinds, (kind, index) => ({
      name: `${kind}${index}`,
      creationTime: 1_800_000_001 + index,
      ...(index === 0 ? {} : { parent: `${kinds[index - 1] ?? ""}${index - 1}` }),
      ...(kind === "e" ? { captured: EXTERNAL } : {}),
    }));
  }

  async function deletion(name: string, deleteScope?: SnapshotState["deleteScope"]) {
    const host = fakeHost(hypervisor);
    const creationTime = toRfc3339((await host.readSnapshot(UUID, name)).snapshot.creationTime);
    const state = stateWith({ name, creationTime, ...(deleteScope && { deleteScope }) });
    const decision = decideDelete(state, (await lookBeforeDelete(host, state)) ?? assert.fail());
    if (decision.refusal !== undefined) throw decision.refusal;
    return decision;
  }
  async function asked(name: string, deleteScope?: SnapshotState["deleteScope"]): Promise<object> {
    const { request } = await deletion(name, deleteScope);
    return Object.fromEntries(Object.entries(request).filter(([, on]) => on === true));
  }

  it("supports external ones from libvirt 9.0 on", async () => {
    domain.snapshots = line("e");
    domain.current = "e0";
    for (const version of ["9.0.0", "11.3.0"]) {
      hypervisor.version = version;
      assert.deepEqual(await asked("e0"), {});
    }
    hypervisor.version = "8.10.0";
    await failsWith(
      asked("e0"),
      "Unsupported",
      'Unable to delete snapshot "e0" of debian12: libvirt 8.10.0 cannot delete an external snapshot. Nothing was changed. Upgrade the host to libvirt 9.0 or later, or set deleteScope to "metadata" and keep the files.',
    );
  });

  it("does not query the version for an internal one, or for metadata alone", async () => {
    hypervisor.version = "8.10.0";
    domain.snapshots = line("ie");
    assert.deepEqual(await asked("i0"), {});
    assert.deepEqual(await asked("e1", "metadata"), { metadata: true });
    assert.deepEqual([...new Set(hypervisor.methods)], ["readSnapshot", "domainState"]);
  });

  const table: [kinds: string, current: string | undefined, which: string, below11: object | string][] = [
    ["ie", "i0", "e1", { metadata: true }],
    ["iie", "i0", "e2", { metadata: true }],
    ["iee", "i0", "e2", { metadata: true }],
    ["iee", "e1", "e2", { metadata: true }],
    ["ie", undefined, "e1", { metadata: true }],
    ["iee", "i0", "e1", "e2"],
    ["ie", "e1", "e1", {}],
    ["iee", "e2", "e1", {}],
    ["ee", "e0", "e1", {}],
    ["e", undefined, "e0", {}],
  ];
  for (const [kinds, current, which, below11] of table) {
    const how = typeof below11 === "string" ? "waits" : (Object.keys(below11)[0] ?? "deletes all of it");
    it(`below 11.0: ${how}, for ${which} of ${kinds} while ${current ?? "none"} is current`, async () => {
      domain.snapshots = line(kinds);
      domain.current = current;
      hypervisor.version = "10.10.0";
      if (typeof below11 === "string") {
        await failsWith(
          asked(which),
          "Unsupported",
          `Unable to delete snapshot "${which}" of debian12: libvirt 10.10.0 ${HAZARD}. Nothing was changed. Delete "${below11}" first, which came after it.`,
        );
      } else assert.deepEqual(await asked(which), below11);
      hypervisor.version = "11.0.0";
      assert.deepEqual(await asked(which), {});
    });
  }

  it("with childrenOnly is not limited to metadata, because the snapshot itself stays", async () => {
    domain.snapshots = line("ie");
    domain.current = "i0";
    assert.deepEqual(await asked("e1", "childrenOnly"), { childrenOnly: true });
    assert.deepEqual(await asked("e1", "children"), { metadata: true });
  });

  it("is refused while another snapshot's data lies in the overlay that libvirt would merge, in any version", async () => {
    domain.snapshots = line("eie");
    domain.current = "e2";
    const [, inside] = domain.snapshots;
    for (const version of ["9.0.0", "12.8.0"]) {
      hypervisor.version = version;
      Object.assign(inside ?? {}, { captured: insideOf("/images/vda.overlay") });
      await failsWith(
        asked("e0"),
        "Unsupported",
        'Unable to delete snapshot "e0" of debian12: libvirt would merge its overlay into the image below, and "i1", taken inside the overlay, would lose its data. Nothing was changed. Delete "i1" first.',
      );
      assert.deepEqual(await asked("e0", "childrenOnly"), { childrenOnly: true });
      Object.assign(inside ?? {}, { captured: insideOf("/images/vda.other") });
      assert.deepEqual(await asked("e0"), {});
    }
  });

  it("deletes only metadata below 11.0 also after the internal one that the domain reverted to is gone", async () => {
    domain.snapshots = line("e");
    Object.assign(domain.snapshots[0] ?? {}, { captured: EXTERNAL + domainOn(IMAGE) });
    hypervisor.version = "9.0.0";
    assert.deepEqual(await asked("e0"), { metadata: true });
    domain.xml = { disks: [disk("vda", { source: "/images/vda.overlay" })] };
    assert.deepEqual(await asked("e0"), {});
  });

  it("is refused where libvirt would crash: with children, on a domain without a current snapshot", async () => {
    domain.snapshots = line("ee");
    for (const version of ["11.3.0", "12.8.0"]) {
      hypervisor.version = version;
      domain.current = undefined;
      await failsWith(
        asked("e0"),
        "Unsupported",
        'Unable to delete snapshot "e0" of debian12: libvirt needs a current snapshot for that, and the domain has none. Nothing was changed. Delete "e1" first, which came after it.',
      );
      assert.deepEqual(await asked("e1"), {});
      domain.current = "e1";
      assert.deepEqual(await asked("e0"), {});
    }
  });

  it("finds its overlay orphaned unless it is current and the domain is on none of its overlays", async () => {
    const abandons = async () => (await deletion("e0")).abandons;
    domain.snapshots = line("e");
    assert.equal(await abandons(), true);
    domain.current = "e0";
    assert.equal(await abandons(), false);
    const captured = EXTERNAL.concat(
      OVERLAYS.replace("vda.overlay", "vda.1").replaceAll("disks>", "revertDisks>"),
    );
    Object.assign(domain.snapshots[0] ?? {}, { captured });
    assert.equal(await abandons(), false);
    for (const source of ["/images/vda.overlay", "/images/vda.1"]) {
      domain.xml = { disks: [disk("vda", { source })] };
      assert.equal(await abandons(), true);
    }
  });

  it("finds its overlay orphaned if the domain is on an overlay that only the state names", async () => {
    domain.snapshots = line("e");
    domain.current = "e0";
    domain.xml = { disks: [disk("vda", { source: "/images/vda.e0" })] };
    const abandons = async (file: string) => {
      const capturedDisks = [{ name: "vda", snapshot: "external", file }] as const;
      const state = stateWith({ name: "e0", capturedDisks: [...capturedDisks] });
      const facts = await lookBeforeDelete(fakeHost(hypervisor), state);
      return decideDelete(state, facts ?? assert.fail()).abandons;
    };
    assert.equal(await abandons("/images/vda.e0"), true);
    assert.equal(await abandons("/images/vda.overlay"), false);
    assert.equal(await abandons("/images/vda.other"), false);
  });

  it("does not decide if the ancestors cannot be read", async () => {
    domain.snapshots = line("ie");
    hypervisor.fail("readSnapshot", said("Unexpected", "gibberish"), { nth: 3 });
    await failsWith(asked("e1"), "Unexpected");
  });
});
