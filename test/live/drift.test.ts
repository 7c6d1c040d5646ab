import assert from "node:assert/strict";
import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack, type Run } from "./support/engine.js";
import {
  anotherSecond,
  creationTime,
  diskOf,
  guest,
  lab,
  output,
  snapshotsOf,
  snapshotXml,
  type Guest,
  virsh,
} from "./support/host.js";
import { LOCKED, OtherDaemon } from "./support/other-daemon.js";

const NAME = "s1";

function selected({ uuid }: Guest): [string, string] {
  return [`--domain=${uuid}`, `--snapshotname=${NAME}`];
}

async function recreate(domain: Guest): Promise<void> {
  await virsh("snapshot-delete", ...selected(domain));
  await anotherSecond();
  await virsh("snapshot-create-as", `--domain=${domain.uuid}`, `--name=${NAME}`);
}

/** Gives virsh an edited document. */
async function fed(xml: string, ...command: [string, ...string[]]): Promise<void> {
  const file = join(lab("LAB_DIR"), "edited.xml");
  await writeFile(file, xml);
  await virsh(...command, file);
}

describe("drift", () => {
  const cases = ["deleted", "recreated", "superseded", "described", "renamed", "gone", "redefined"] as const;
  type Case = (typeof cases)[number];
  const domains = {} as Record<Case, Guest>;
  const taken = {} as Record<Case, string>;
  let stack: TestStack;
  let refreshed: Run;

  const program =
    (...names: readonly Case[]) =>
    () =>
      Object.fromEntries(
        names.map((name) => [
          name,
          new Snapshot(name, { domain: domains[name].name, name: NAME, description: "ours" }),
        ]),
      );
  const fact = async (name: Case, output: string) => (await stack.recorded(name)).outputs[output];
  const said = (about: string) => refreshed.messages.filter((message) => message.includes(about));

  before(async () => {
    for (const name of cases) domains[name] = await guest("--off");
    stack = await TestStack.open();
    assert.equal((await stack.up(program(...cases))).ok, true);
    for (const name of cases) taken[name] = await creationTime(domains[name], NAME);

    const { deleted, recreated, superseded, described, renamed, gone, redefined } = domains;
    await virsh("snapshot-delete", ...selected(deleted));
    await recreate(recreated);
    await virsh("snapshot-create-as", `--domain=${superseded.uuid}`, "--name=s2");
    const edited = (await snapshotXml(described, NAME)).replace("ours", "theirs");
    await fed(edited, "snapshot-create", `--domain=${described.uuid}`, "--redefine", "--xmlfile");
    await virsh("domrename", renamed.uuid, `${renamed.name}-renamed`);
    await virsh("undefine", gone.uuid, "--snapshots-metadata");
    const definition = await virsh("dumpxml", redefined.uuid);
    const image = await diskOf(redefined);
    await virsh("undefine", redefined.uuid, "--snapshots-metadata");
    // The tag that is left in the image would block a new one of that name.
    await output("qemu-img", "snapshot", "-d", "s1", image);
    await fed(definition.replace(/<uuid>.*<\/uuid>/, ""), "define", "--file");
    refreshed = await stack.refresh();
  });
  after(() => stack.close());

  it("is reported by refresh for each snapshot that is gone, and for nothing else", () => {
    assert.equal(refreshed.ok, true);
    assert.deepEqual(refreshed.steps.sort(), [
      "delete deleted",
      "delete gone",
      "delete recreated",
      "delete redefined",
      "update described",
    ]);
    assert.equal(refreshed.messages.length, 4);
  });

  it("refresh reports a deleted snapshot", () => {
    const { name } = domains.deleted;
    assert.deepEqual(said(name), [
      `snapshot "s1" of ${name} was deleted outside of this program. The next update takes a new snapshot, of the state that the domain has then.`,
    ]);
  });

  it("refresh reports a snapshot that was recreated under the same name", async () => {
    const { name } = domains.recreated;
    const now = await creationTime(domains.recreated, NAME);
    assert.deepEqual(said(name), [
      `snapshot "s1" of ${name} was replaced outside of this program: the one in the state was taken ${taken.recreated}, the one on the host ${now}. ` +
        "The next update fails while that one exists: delete it, or give this one another name.",
    ]);
  });

  it("refresh reports that the domain is gone", () => {
    const { name, uuid } = domains.gone;
    assert.deepEqual(said(name), [
      `domain ${name} (${uuid}) is gone from the host, and snapshot "s1" with it. ` +
        "The next update fails until the domain is defined again or the program names another.",
    ]);
  });

  it("refresh reports that the domain was defined anew with another UUID", async () => {
    const { name, uuid } = domains.redefined;
    assert.deepEqual(said(name), [
      `domain ${name} was defined anew (its UUID was ${uuid} and is ${await virsh("domuuid", name)}), and snapshot "s1" is gone with the old one. ` +
        "The next update takes a new snapshot, of the new domain, if that is the one that the program names.",
    ]);
  });

  it("refresh updates isCurrent when another snapshot became current", async () => {
    assert.equal(await fact("superseded", "isCurrent"), false);
  });

  it("refresh updates the name of a renamed domain", async () => {
    assert.equal(await fact("renamed", "domainName"), `${domains.renamed.name}-renamed`);
  });

  it("refresh takes an edited description into the state", async () => {
    assert.equal(await fact("described", "description"), "theirs");
  });

  it("the next up creates the missing snapshots, restores the description, and changes nothing else", async () => {
    const run = await stack.up(program("deleted", "superseded", "described", "renamed", "redefined"));
    assert.deepEqual(
      [run.ok, run.steps.sort(), run.messages],
      [true, ["create deleted", "create redefined", "update described"], []],
    );
    assert.notEqual(await creationTime(domains.deleted, NAME), taken.deleted);
    assert.equal(await fact("redefined", "domainUuid"), await virsh("domuuid", domains.redefined.name));
  });

  it("the next up restores a description in place, in the same snapshot", async () => {
    assert.match(await snapshotXml(domains.described, NAME), /<description>ours<\/description>/);
    assert.equal(await creationTime(domains.described, NAME), taken.described);
  });

  it("the next up does not touch a foreign snapshot of the same name", async () => {
    const { name } = domains.recreated;
    const foreign = await snapshotXml(domains.recreated, NAME);
    assertFailed(
      await stack.up(program("recreated")),
      ["create recreated"],
      [
        `Unable to take snapshot "s1" of ${name}: name: the domain already has a snapshot of that name. ` +
          "Nothing was changed. Choose another name, delete that snapshot first, or take it over with adopt: true, for instance after an update that was interrupted.",
      ],
    );
    assert.equal(await snapshotXml(domains.recreated, NAME), foreign);
  });

  it("destroy keeps a foreign snapshot of the same name, and succeeds for a missing one", async () => {
    await recreate(domains.superseded);
    await virsh("snapshot-delete", ...selected(domains.deleted));
    const replaced = (await stack.recorded("superseded")).outputs["creationTime"];
    const theirs = await creationTime(domains.superseded, NAME);
    const run = await stack.destroy();
    assert.deepEqual(
      [run.ok, run.messages],
      [
        true,
        [
          `Snapshot "${NAME}" of ${domains.superseded.name}, taken ${String(replaced)}, is gone. ` +
            `Another one has its name, taken ${theirs}, and is left alone.`,
        ],
      ],
    );
    assert.deepEqual(await snapshotsOf(domains.superseded), [NAME, "s2"]);
    assert.deepEqual(await snapshotsOf(domains.described), []);
    assert.deepEqual(await snapshotsOf(domains.renamed), []);
  });
});

describe("a host that cannot be reached", () => {
  let domain: Guest;
  let stack: TestStack;
  const socket = (name: string) => join(lab("LAB_DIR"), `${name}.sock`);
  const uri = (name: string) => `qemu+unix:///session?socket=${socket(name)}`;
  const program = (args: Partial<SnapshotArgs>) => () => ({
    kept: new Snapshot("kept", { domain: domain.name, uri: uri("way"), ...args }),
  });

  before(async () => {
    const real = /socket=(.*)/.exec(lab("LIBVIRT_DEFAULT_URI"))?.[1] ?? "";
    for (const name of ["way", "another-way"]) await symlink(real, socket(name));
    domain = await guest("--off");
    stack = await TestStack.open();
    assertDone(await stack.up(program({})), ["create kept"]);
  });
  after(async () => {
    for (const name of ["way", "another-way", "lost"]) await rm(socket(name), { force: true });
    await stack.close();
  });

  it("is an error of refresh and destroy, and the state is kept", async () => {
    await rename(socket("way"), socket("lost"));
    const cause =
      `Failed to connect socket to '${socket("way")}': No such file or directory. ` +
      "Check that libvirtd (or virtqemud) runs on the host, and that the URI names the right socket.";
    assertFailed(await stack.refresh(), [], [`Unable to list the domains: ${cause}`]);
    assertFailed(
      await stack.destroy(),
      ["delete kept"],
      [`Unable to delete snapshot "kept" of ${domain.name}: ${cause}`],
    );
    await rename(socket("lost"), socket("way"));
    assertDone(await stack.refresh(), []);
    assertDone(await stack.up(program({})), []);
  });

  it("is an error of refresh and destroy also if it refuses the login", async () => {
    const locked = await OtherDaemon.start(LOCKED);
    try {
      await rename(socket("way"), socket("lost"));
      await symlink(locked.socket, socket("way"));
      const refused = (begin: string) =>
        new RegExp(
          `^${begin}: authentication failed: [^\\n]*\\. [^\\n]*Run \`virsh -c URI list\` yourself`,
          "m",
        );
      const [refresh, destroy] = [await stack.refresh(), await stack.destroy()];
      assert.deepEqual([refresh.ok, destroy.ok], [false, false]);
      assert.match(refresh.messages.join("\n"), refused("Unable to list the domains"));
      assert.match(
        destroy.messages.join("\n"),
        refused(`Unable to delete snapshot "kept" of ${domain.name}`),
      );
    } finally {
      await rename(socket("lost"), socket("way"));
      await locked.stop();
    }
    assertDone(await stack.refresh(), []);
    assertDone(await stack.up(program({})), []);
  });

  it("is recorded under another URI after the same snapshot is found there", async () => {
    const before = await creationTime(domain, "kept");
    assertDone(await stack.up(program({ uri: uri("another-way") })), ["update kept"]);
    assert.equal((await stack.recorded("kept")).outputs["uri"], uri("another-way"));
    assert.equal(await creationTime(domain, "kept"), before);
    assertDone(await stack.destroy(), ["delete kept"]);
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});
