import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  getDomain,
  getSnapshot,
  getSnapshots,
  getSnapshotXml,
  type GetSnapshotsArgs,
  type QuestionError,
  type SnapshotNode,
} from "../../sdk/index.js";
import { assertPossible } from "./support/attempts.js";
import { plant, type Kind, type Planted } from "./support/forest.js";
import { diskOf, guest, lab, snapshotXml, virsh, type Guest } from "./support/host.js";

const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

describe("getSnapshots of a domain with 200 snapshots, a hundred deep and a hundred wide", () => {
  let domain: Guest;
  const KINDS: Kind[] = ["off", "memory", "diskOnly"];
  const deep = (index: number) => `deep-${String(index).padStart(3, "0")}`;
  const wide = (index: number) => `wide-${String(index).padStart(3, "0")}`;

  before(async () => {
    domain = await guest("--off");
    await plant(domain, [
      ...Array.from({ length: 100 }, (_, index): Planted => {
        const parent = index === 0 ? undefined : deep(index - 1);
        return { name: deep(index), parent, kind: KINDS[index % 3] ?? "off" };
      }),
      { name: "wide" },
      ...Array.from({ length: 99 }, (_, index): Planted => ({ name: wide(index), parent: "wide" })),
    ]);
    await virsh("snapshot-current", `--domain=${domain.uuid}`, `--snapshotname=${deep(50)}`);
  });
  after(() => virsh("undefine", domain.uuid, "--snapshots-metadata"));

  const FILTERS: [flags: string[], filter: Omit<GetSnapshotsArgs, "domain">, some: number][] = [
    [[], {}, 200],
    [["--topological"], { topological: true }, 200],
    [["--roots"], { roots: true }, 2],
    [["--leaves"], { leaves: true }, 100],
    [["--no-leaves"], { noLeaves: true }, 100],
    [["--metadata"], { metadata: true }, 200],
    [["--no-metadata"], { noMetadata: true }, 0],
    [["--inactive"], { inactive: true }, 134],
    [["--active"], { active: true }, 33],
    [["--disk-only"], { diskOnly: true }, 33],
    [["--active", "--disk-only"], { active: true, diskOnly: true }, 66],
    [["--internal"], { internal: true }, 167],
    [["--external"], { external: true }, 33],
    [["--from=wide"], { from: "wide" }, 99],
    [[`--from=deep-090`], { from: deep(90) }, 1],
    [[`--from=deep-090`, "--descendants"], { from: deep(90), descendants: true }, 9],
    [["--current"], { current: true }, 1],
    [["--current", "--descendants"], { current: true, descendants: true }, 49],
    [["--current", "--descendants", "--leaves"], { current: true, descendants: true, leaves: true }, 1],
    [["--roots", "--topological", "--internal"], { roots: true, topological: true, internal: true }, 2],
  ];
  for (const [flags, filter, some] of FILTERS) {
    it(`returns those that snapshot-list ${flags.join(" ")} prints, in the same order`, async () => {
      const { snapshots } = await getSnapshots({ domain: domain.name, ...filter });
      const printed = await virsh("snapshot-list", `--domain=${domain.uuid}`, "--name", ...flags);
      assert.deepEqual(
        snapshots.map(({ name }) => name),
        linesOf(printed),
      );
      assert.equal(snapshots.length, some);
    });
  }

  it("returns the parents that snapshot-list --parent prints, and one current snapshot", async () => {
    const { snapshots } = await getSnapshots({ domain: domain.uuid });
    const table = linesOf(await virsh("snapshot-list", `--domain=${domain.uuid}`, "--parent"));
    assert.deepEqual(
      snapshots.map(({ name, parent, state }) => [name, parent, state]),
      table.map((line) => {
        const words = line.trim().split(/\s+/);
        // name, date, time, zone, state, parent
        return [words[0], words[5], words[4]];
      }),
    );
    const current = snapshots.filter(({ isCurrent }) => isCurrent).map(({ name }) => name);
    assert.deepEqual(current, [await virsh("snapshot-current", `--domain=${domain.uuid}`, "--name")]);
  });

  it("returns the trees that snapshot-list --tree prints", async () => {
    const { roots } = await getSnapshots({ domain: domain.name });
    const printed = linesOf(await virsh("snapshot-list", `--domain=${domain.uuid}`, "--tree"))
      .map((line) => /^((?: |\|)*(?:\+- )?)([a-z].*)$/.exec(line))
      .flatMap((match) => (match === null ? [] : [[(match[1] ?? "").length, match[2]]]));
    const walk = (node: SnapshotNode, depth: number): [number, string][] => [
      // A root is at the margin; each step below it takes four columns, the first of them one more.
      [depth === 0 ? 0 : depth * 4 + 1, node.name],
      ...node.children.flatMap((child) => walk(child, depth + 1)),
    ];
    assert.deepEqual(
      roots.flatMap((root) => walk(root, 0)),
      printed,
    );
  });
});

describe("snapshots with unusual names and descriptions", () => {
  const NAMES = [
    "a b",
    "$(touch pwned)",
    "'; echo more; echo '",
    "it's",
    '"q"',
    "-x",
    "--domain",
    "#",
    "\\",
    "0123",
    "<&>",
    "a\tb",
    "ñ日本🙂",
  ];
  let domain: Guest;
  before(async () => {
    domain = await guest("--off");
    await plant(
      domain,
      NAMES.map((name, index) => ({ name, parent: NAMES[index - 1], description: `${name}\n]]>&amp;` })),
    );
  });
  after(() => virsh("undefine", domain.uuid, "--snapshots-metadata"));

  it("are returned exactly, all together and one by one", async () => {
    const { snapshots } = await getSnapshots({ domain: domain.name });
    assert.deepEqual(snapshots.map(({ name }) => name).sort(), [...NAMES].sort());
    for (const [index, name] of NAMES.entries()) {
      const { children, ...told } = await getSnapshot({ domain: domain.name, name });
      assert.deepEqual(
        told,
        snapshots.find((one) => one.name === name),
      );
      assert.deepEqual(
        [told.parent, told.description, children],
        [NAMES[index - 1], `${name}\n]]>&amp;`, NAMES.slice(index + 1, index + 2)],
      );
    }
  });

  it("have the XML that virsh prints", async () => {
    for (const name of NAMES) {
      const { xml } = await getSnapshotXml({ domain: domain.name, name });
      assert.equal(xml.trimEnd(), await snapshotXml(domain, name));
    }
    await virsh("snapshot-delete", domain.uuid, "--snapshotname=it's", "--metadata");
  });

  it("are not split at a line break in a name, and can be read by their whole name", async () => {
    await plant(domain, [{ name: "one\ntwo" }]);
    await assert.rejects(getSnapshots({ domain: domain.name }), /a snapshot's name holds a line break/);
    const { name } = await getSnapshot({ domain: domain.name, name: "one\ntwo" });
    assert.equal(name, "one\ntwo");
  });

  it("fail with NotFound if they do not exist, and with Unreachable if the host cannot be reached", async () => {
    const asked = { domain: domain.name, name: "nope" };
    const kindOf = (running: Promise<unknown>) =>
      running.then(
        () => assert.fail("no error"),
        (error: unknown) => (error as QuestionError).kind,
      );
    assert.equal(await kindOf(getSnapshot(asked)), "NotFound");
    assert.equal(await kindOf(getSnapshot({ ...asked, domain: "nope" })), "NotFound");
    const uri = "qemu+unix:///session?socket=/nowhere";
    assert.equal(await kindOf(getSnapshot({ ...asked, uri })), "Unreachable");
  });
});

describe("getDomain", () => {
  const domains: Record<string, Guest> = {};
  const named = (shape: string): Guest => domains[shape] ?? assert.fail(shape);

  /** Defines a domain with UEFI firmware without starting it. */
  async function uefi(): Promise<Guest> {
    const made = await guest("--off");
    const firmware =
      "<loader readonly='yes' type='pflash'>/firmware/code.fd</loader><nvram>/firmware/vars.fd</nvram>";
    const xml = (await virsh("dumpxml", "--inactive", made.uuid)).replace(
      /<kernel>[^]*<\/cmdline>/,
      firmware,
    );
    const file = join(lab("LAB_DIR"), `${made.uuid}.uefi.xml`);
    await writeFile(file, xml);
    await virsh("define", file);
    return made;
  }

  before(async () => {
    domains["off"] = await guest("--off");
    domains["running"] = await guest();
    domains["agent"] = await guest("--agent");
    domains["paused"] = await guest("--raw");
    await virsh("suspend", named("paused").uuid);
    domains["diskless"] = await guest("--disks", "0");
    domains["raw"] = await guest("--off", "--raw");
    domains["uefi"] = await uefi();
    domains["chain"] = await guest("--off");
    await virsh("snapshot-create-as", named("chain").uuid, "--disk-only", "--name=s1");
  });

  after(async () => {
    for (const { uuid } of Object.values(domains)) await virsh("destroy", uuid).catch(() => undefined);
  });

  const SHAPES: [shape: string, state: string, agent: string][] = [
    ["off", "shut off", "none"],
    ["running", "running", "none"],
    ["agent", "running", "connected"],
    ["paused", "paused", "none"],
    ["diskless", "running", "none"],
    ["raw", "shut off", "none"],
    ["uefi", "shut off", "none"],
    ["chain", "shut off", "none"],
  ];
  for (const [shape, state, agent] of SHAPES) {
    it(`returns for ${shape} what dominfo, domblklist and domblkinfo print`, async () => {
      const { name, uuid } = named(shape);
      const told = await getDomain({ domain: name });
      const info = await virsh("dominfo", uuid);
      const field = (key: string) => new RegExp(`^${key}: +(.*)$`, "m").exec(info)?.[1];
      assert.deepEqual([told.uuid, told.state, told.agent], [uuid, state, agent]);
      assert.deepEqual(
        [told.state, `${told.vcpus}`, `${told.memoryKiB} KiB`],
        [field("State"), field("CPU\\(s\\)"), field("Max memory")],
      );
      assert.deepEqual(
        [told.persistent, told.autostart, told.managedSave],
        [field("Persistent") === "yes", field("Autostart") === "enable", field("Managed save") === "yes"],
      );
      const blocks = linesOf(await virsh("domblkinfo", uuid, "--all"));
      assert.deepEqual(
        told.disks.map(({ target, capacityBytes }) => [target, String(capacityBytes)]),
        blocks.map((line) => line.trim().split(/\s+/).slice(0, 2)),
      );
      for (const { target, source } of told.disks) assert.equal(source, await diskOf(named(shape), target));
      assert.ok((await virsh("version", "--daemon")).endsWith(`daemon: ${told.libvirtVersion}`));
    });

    it(`returns for ${shape} exactly the kinds of snapshots that libvirt can take`, async () => {
      const { name, uuid } = named(shape);
      await assertPossible({ name, uuid }, state !== "shut off", await getDomain({ domain: name }));
    });
  }

  it("returns the firmware of the definition", async () => {
    const { firmware } = await getDomain({ domain: named("uefi").name });
    assert.deepEqual(firmware, { type: "efi", nvram: "/firmware/vars.fd", nvramFormat: "raw" });
    assert.deepEqual((await getDomain({ domain: named("off").name })).firmware, { type: "bios" });
  });
});
