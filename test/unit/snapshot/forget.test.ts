import assert from "node:assert/strict";
import { deleteRequest, expectDeletable } from "../../../provider/snapshot/forget.js";
import { FakeHost } from "./fake-host.js";
import { EXTERNAL, FakeHypervisor, said, type FakeDomain, type FakeSnapshot } from "./fake-hypervisor.js";
import { failsWith } from "./rejects.js";
import { stateWith, UUID } from "./states.js";

describe("what a delete asks of virsh", () => {
  const none = { children: false, childrenOnly: false, metadata: false };
  const table = [
    [undefined, none],
    ["snapshot", none],
    ["children", { ...none, children: true }],
    ["childrenOnly", { ...none, childrenOnly: true }],
    ["metadata", { ...none, metadata: true }],
  ] as const;
  for (const [deleteScope, request] of table) {
    it(`for ${deleteScope ?? "no word on it"}`, () => {
      assert.deepEqual(deleteRequest({ ...stateWith(), deleteScope }), request);
    });
  }
});

const HAZARD = "would delete the base image together with an external snapshot that the domain has left";
const REMEDY =
  'Nothing was changed. Upgrade the host to libvirt 11.0 or later, or set deleteScope to "metadata" and keep the files.';

describe("a snapshot that is to be deleted", () => {
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

  async function expected(name: string, deleteScope?: "metadata" | "children") {
    const host = new FakeHost(hypervisor);
    const { snapshot } = await host.readSnapshot(UUID, name);
    await expectDeletable(host, stateWith({ name, ...(deleteScope && { deleteScope }) }), snapshot);
  }

  it("may be an external one from 9.0 on", async () => {
    domain.snapshots = line("e");
    domain.current = "e0";
    for (const version of ["9.0.0", "11.3.0"]) {
      hypervisor.version = version;
      await expected("e0");
    }
    hypervisor.version = "8.10.0";
    await failsWith(
      expected("e0"),
      "Unsupported",
      'Unable to delete snapshot "e0" of debian12: libvirt 8.10.0 cannot delete an external snapshot. Nothing was changed. Upgrade the host to libvirt 9.0 or later, or set deleteScope to "metadata" and keep the files.',
    );
  });

  it("may be an internal one, or any by its metadata alone, and nobody is asked", async () => {
    hypervisor.version = "8.10.0";
    domain.snapshots = line("ie");
    await expected("i0");
    await expected("e1", "metadata");
    assert.ok(!hypervisor.methods.includes("daemonVersion"));
  });

  const table: [kinds: string, current: string | undefined, which: string, hazard: boolean][] = [
    ["ie", "i0", "e1", true],
    ["iie", "i0", "e2", true],
    ["iee", "i0", "e2", true],
    ["iee", "e1", "e2", true],
    ["iee", "i0", "e1", true],
    ["ie", undefined, "e1", true],
    ["ie", "e1", "e1", false],
    ["iee", "e2", "e1", false],
    ["ee", "e0", "e1", false],
    ["e", undefined, "e0", false],
  ];
  for (const [kinds, current, which, hazard] of table) {
    it(`${hazard ? "is refused" : "goes"} below 11.0: ${which} of ${kinds} while ${current ?? "none"} is current`, async () => {
      domain.snapshots = line(kinds);
      domain.current = current;
      hypervisor.version = "10.10.0";
      if (hazard) {
        await failsWith(
          expected(which),
          "Unsupported",
          `Unable to delete snapshot "${which}" of debian12: libvirt 10.10.0 ${HAZARD}. ${REMEDY}`,
        );
      } else await expected(which);
      hypervisor.version = "11.0.0";
      await expected(which);
    });
  }

  it("is not judged where its ancestors cannot be read", async () => {
    domain.snapshots = line("ie");
    hypervisor.fail("readSnapshot", said("Unexpected", "gibberish"), { nth: 2 });
    await failsWith(expected("e1"), "Unexpected");
  });
});
