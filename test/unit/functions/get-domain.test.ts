import assert from "node:assert/strict";
import { isVirshError, VirshError } from "../../../provider/errors.js";
import { getDomain } from "../../../provider/functions/get-domain.js";
import { possibleSnapshots } from "../../../provider/functions/possible-snapshots.js";
import type { Image, ImageOptions } from "../../../provider/hypervisor/results.js";
import { disk, off, recorded, running } from "../capabilities/domains.js";
import { document } from "../xml/corpus.js";
import { scriptedHost, type Prints } from "./scripted-host.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const SIZES = "Capacity:       64\nAllocation:     32\nPhysical:       16\n";

/** virsh for a domain with this definition; `changes` says what else it prints. */
function host(
  name: string,
  changes: Record<string, ReturnType<Prints>> = {},
  images?: (file: string, options: ImageOptions) => Image[],
) {
  const prints: Record<string, ReturnType<Prints>> = {
    dumpxml: { stdout: document(name) },
    domstate: { stdout: "running\n" },
    "snapshot-current --name": { error: `domain '${UUID}' has no current snapshot` },
    "version --daemon": { stdout: "Running against daemon: 9.0.0\n" },
    "list --all --persistent --uuid --name": { stdout: `${UUID} fw\n` },
    "list --all --autostart --uuid --name": { stdout: "" },
    "list --all --with-managed-save --uuid --name": { stdout: "" },
    ...changes,
  };
  return scriptedHost({ uuid: UUID, name: "d" }, (words) => prints[words] ?? { stdout: SIZES }, images);
}

describe("a domain", () => {
  it("is described by the answers of two processes", async () => {
    const opened = host("9.0.0/domain-backing-chain", {
      "list --all --autostart --uuid --name": { stdout: `${UUID} fw\n` },
      "list --all --with-managed-save --uuid --name": { stdout: `${UUID} fw\n` },
      "snapshot-current --name": { stdout: "a b" },
    });
    const told = await getDomain(opened, { domain: UUID });
    const { persistent, autostart, managedSave, state, currentSnapshot, libvirtVersion } = told;
    assert.deepEqual([persistent, autostart, managedSave, state], [true, true, true, "running"]);
    assert.deepEqual([currentSnapshot, libvirtVersion], ["a b", "9.0.0"]);
    const [first] = told.disks;
    const { backing } = recorded("9.0.0/domain-backing-chain").disks[0] ?? assert.fail();
    assert.ok(backing.length > 0);
    assert.deepEqual(
      first?.backing,
      backing.map(({ source, driver }) => ({ file: source, format: driver })),
    );
    assert.deepEqual([first.capacityBytes, first.allocationBytes, first.physicalBytes], [64, 32, 16]);
    assert.equal(opened.processes.length, 2);
  });

  it("shows for a disk without sizes why libvirt could not read them", async () => {
    const missing = "Failed to open file '/x': No such file or directory";
    const { disks } = await getDomain(
      host("9.0.0/domain-off", { "domblkinfo --device=vda": { error: missing } }),
      { domain: UUID },
    );
    const [{ capacityBytes, sizeProblem } = {}] = disks;
    assert.deepEqual([capacityBytes, sizeProblem], [undefined, missing]);
  });

  it("is an error when the host goes away in between", async () => {
    const error = "End of file while reading data: Input/output error";
    await assert.rejects(
      getDomain(host("9.0.0/domain-off", { "domblkinfo --device=vda": { error } }), { domain: UUID }),
      (thrown) => isVirshError(thrown, "Unreachable"),
    );
  });

  it("that is off has its backing chains read from the images, where those can be read", async () => {
    const read: [string, ImageOptions][] = [];
    const image = (file: string, format: string): Image => ({
      ...{ file, format, virtualSize: 1, actualSize: 1, snapshots: [] },
    });
    const readable = host("9.0.0/domain-off", {}, (file, options) => {
      read.push([file, options]);
      return [image(file, "qcow2"), image("/below", "raw")];
    });
    const [first] = (await getDomain(readable, { domain: UUID })).disks;
    assert.deepEqual(first?.backing, [{ file: "/below", format: "raw" }]);
    assert.deepEqual(read[0], [first.source, { backingChain: true, format: "qcow2" }]);

    const failing = (kind: "Denied" | "Timeout") =>
      host("9.0.0/domain-off", {}, () => {
        throw new VirshError({ kind, tried: "read", said: "no" });
      });
    const [second] = (await getDomain(failing("Denied"), { domain: UUID })).disks;
    assert.ok(second !== undefined && !("backing" in second));
    await assert.rejects(getDomain(failing("Timeout"), { domain: UUID }), (error) =>
      isVirshError(error, "Timeout"),
    );
  });

  it("has firmware variables in raw format unless libvirt names another", async () => {
    const firmware = async (name: string) => (await getDomain(host(name), { domain: UUID })).firmware;
    assert.deepEqual(await firmware("9.0.0/domain-off"), { type: "bios" });
    const { nvram } = recorded("9.0.0/domain-uefi-running").firmware;
    assert.deepEqual(await firmware("9.0.0/domain-uefi-running"), { type: "efi", nvram, nvramFormat: "raw" });
    assert.equal((await firmware("12.8.0/domain-uefi-nvram-qcow2")).nvramFormat, "qcow2");
  });
});

describe("the kinds of snapshots that are possible", () => {
  const kinds = (...[domain, version]: Parameters<typeof possibleSnapshots>) =>
    Object.entries(possibleSnapshots(domain, version))
      .filter(([, { possible }]) => possible as boolean)
      .map(([kind]) => kind);

  it("depend on whether the domain is active", () => {
    assert.deepEqual(kinds(off(), "9.0.0"), ["internalOffline", "diskOnly"]);
    assert.deepEqual(kinds(running(), "9.0.0"), ["internalWithMemory", "diskOnly", "externalWithMemory"]);
  });

  it("depend on disks, agent, firmware, devices and version", () => {
    const raw = { disks: [disk("vda", { driver: "raw" })] };
    assert.deepEqual(kinds(off(raw), "9.0.0"), ["diskOnly"]);
    assert.deepEqual(kinds(off({ disks: [] }), "9.0.0"), []);
    assert.deepEqual(kinds(running({ disks: [] }), "9.0.0"), ["externalWithMemory"]);
    assert.ok(kinds(running({ agent: "connected" }), "9.0.0").includes("quiesced"));
    assert.deepEqual(kinds(running({ passthrough: ["hostdev pci"] }), "9.0.0"), ["diskOnly"]);
    const efi = { firmware: { efi: true } };
    assert.deepEqual(
      [kinds(off(efi), "9.0.0"), kinds(off(efi), "9.3.0")],
      [["diskOnly"], ["internalOffline", "diskOnly"]],
    );
  });

  it("say why not, and what would help", () => {
    const { quiesced } = possibleSnapshots(running({ agent: "disconnected" }), "9.0.0");
    assert.deepEqual(quiesced, {
      possible: false,
      reason: "no guest agent is connected",
      remedy: "Start qemu-guest-agent in the guest, or leave quiesce out.",
    });
  });
});
