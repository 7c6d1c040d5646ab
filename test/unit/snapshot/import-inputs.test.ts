import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../../../provider/snapshot/check.js";
import { differences } from "../../../provider/snapshot/create/differences.js";
import { describingInputs } from "../../../provider/snapshot/import-inputs.js";
import { parseSnapshot, type SnapshotXml } from "../../../provider/xml/snapshot.js";
import type { DomainDisk, DomainXml } from "../../../provider/xml/domain.js";

const CORPUS = "test/corpus/xml";
const UUID = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
const DOMAIN = { uuid: UUID, name: "debian12" };

function disk(target: string, more: Partial<DomainDisk> = {}): DomainDisk {
  const source = `/images/${target}.qcow2`;
  return {
    target,
    device: "disk",
    type: "file",
    driver: "qcow2",
    source,
    readonly: false,
    backing: [],
    ...more,
  };
}

/** A snapshot of a domain with these disks: each by what happened to it. */
function snapshot(
  shape: Partial<SnapshotXml> & Pick<SnapshotXml, "memory">,
  disks: Record<string, SnapshotXml["disks"][number]["snapshot"]>,
  defined = Object.keys(disks).map((target) => disk(target)),
): SnapshotXml {
  const domain = { ...DOMAIN, disks: defined } as DomainXml;
  const captured = Object.entries(disks).map(([name, kind]) => ({ name, snapshot: kind }));
  return { name: "s1", state: "running", creationTime: 1, domain, disks: captured, ...shape };
}

const MEMORY = { memory: { snapshot: "internal" } } as const;
const NO_MEMORY = { memory: { snapshot: "no" } } as const;
const FILE = { memory: { snapshot: "external", file: "/images/s1.mem" } } as const;

describe("the inputs that describe a snapshot", () => {
  const shapes: [what: string, found: SnapshotXml, inputs: object][] = [
    ["in the images, with memory", snapshot(MEMORY, { vda: "internal" }), {}],
    ["of a domain that was off", snapshot({ ...NO_MEMORY, state: "shutoff" }, { vda: "internal" }), {}],
    [
      "of the disks alone",
      snapshot({ ...NO_MEMORY, state: "disk-snapshot" }, { vda: "external", vdb: "external" }),
      { diskOnly: true },
    ],
    [
      "of the disks of a domain that was off",
      snapshot({ ...NO_MEMORY, state: "shutoff" }, { vda: "external" }),
      { diskOnly: true },
    ],
    ["with memory in a file", snapshot(FILE, { vda: "external" }), { memory: FILE.memory }],
    [
      "without one of the disks",
      snapshot({ ...NO_MEMORY, state: "disk-snapshot" }, { vda: "external", vdb: "no" }),
      { diskOnly: true, disks: [{ name: "vdb", snapshot: "no" }] },
    ],
    [
      "partly in the images, of a domain that was off",
      snapshot({ ...NO_MEMORY, state: "shutoff" }, { vda: "internal", vdb: "external" }),
      { disks: [{ name: "vdb", snapshot: "external" }] },
    ],
    [
      "of a domain with a disc and a read-only disk",
      snapshot(MEMORY, { vda: "internal", sda: "no", vdb: "no" }, [
        disk("vda"),
        disk("sda", { device: "cdrom" }),
        disk("vdb", { readonly: true }),
      ]),
      {},
    ],
    [
      "of a domain that leaves out a disk by itself",
      snapshot(MEMORY, { vda: "internal", vdb: "no" }, [disk("vda"), disk("vdb", { snapshot: "no" })]),
      {},
    ],
    [
      "with a description",
      snapshot({ ...MEMORY, description: "before" }, { vda: "internal" }),
      { description: "before" },
    ],
  ];
  for (const [what, found, inputs] of shapes) {
    it(`declare one ${what}`, () => {
      assert.deepEqual(describingInputs(DOMAIN, found), { domain: "debian12", name: "s1", ...inputs });
    });
  }

  for (const name of ["42", UUID.toUpperCase()]) {
    it(`name the domain ${name} by its UUID, because the name could mean another`, () => {
      assert.equal(describingInputs({ ...DOMAIN, name }, snapshot(MEMORY, {})).domain, UUID);
    });
  }

  for (const version of readdirSync(CORPUS)) {
    for (const file of readdirSync(join(CORPUS, version)).filter((each) => /^snapshot-.*\.xml$/.test(each))) {
      it(`are correct, and would adopt the snapshot: libvirt ${version}, ${file}`, () => {
        const found = parseSnapshot(readFileSync(join(CORPUS, version, file), "utf8"));
        const inputs = describingInputs(DOMAIN, found);
        assert.deepEqual(check({ ...inputs }).problems, []);
        const { domain } = found;
        const manual = found.disks.some((each) => each.snapshot === "manual");
        if (domain !== undefined && !manual) assert.deepEqual(differences(found, inputs, domain), []);
      });
    }
  }
});
