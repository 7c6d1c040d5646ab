import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import type { Notice } from "../../provider/hypervisor/notice.js";
import { startProcess } from "../../provider/plugin/context.js";
import { DomainResource } from "../../provider/plugin/domain.js";
import type { Difference, Props, Read } from "../../provider/plugin/resource.js";
import { Disk } from "./support/definition.js";
import { lab, until, virsh, withoutDaemon } from "./support/host.js";

const NAME = `resource ${process.pid}`;
const URN = "urn:pulumi:test::test::virsh:index:Domain::vm";

describe("virsh:index:Domain on a real libvirt, without the engine", () => {
  let disk: Disk;
  let resource: DomainResource;
  let told: Notice[];
  /** What the state has. */
  let id: string;
  let outputs: Props;
  let inputs: Props;

  const subject = () => ({
    urn: URN,
    name: "vm",
    show: (notices: readonly Notice[]) => void told.push(...notices),
    timeoutSeconds: undefined,
  });
  const said = () => told.map(({ text }) => text).join("\n");
  const checked = (news: Props, secrets: string[] = []): Props => {
    const { inputs, problems } = resource.check({ ...subject(), olds: {}, news, secrets });
    assert.deepEqual(problems, []);
    return inputs;
  };
  const declaring = (parts: Props = {}) =>
    checked({ xml: disk.xml(NAME), running: false, shutdownTimeoutSeconds: 0, ...parts });

  async function create(news: Props): Promise<void> {
    inputs = declaring(news);
    ({ id, outputs } = await resource.create({ ...subject(), inputs, preview: false }));
  }
  /** As the engine does before each preview and update. */
  async function refresh(): Promise<Read | undefined> {
    const found = await resource.read({ ...subject(), id, outputs, inputs });
    if (found !== undefined) ({ outputs, inputs } = found);
    return found;
  }
  const diff = (news: Props): Difference =>
    resource.diff({ ...subject(), id, olds: outputs, news, oldInputs: inputs });
  /** The inputs that differ after a refresh. */
  async function differing(news: Props = inputs): Promise<string[]> {
    await refresh();
    return Object.keys(diff(news).properties);
  }
  async function preview(news: Props = inputs): Promise<Props> {
    told = [];
    return resource.update({ ...subject(), id, olds: outputs, news, oldInputs: inputs, preview: true });
  }
  async function update(news: Props = inputs): Promise<void> {
    told = [];
    const call = { ...subject(), id, olds: outputs, news, oldInputs: inputs };
    outputs = await resource.update({ ...call, preview: false });
    inputs = news;
  }
  const dump = () => virsh("dumpxml", "--inactive", id);
  /** Someone else edits the definition. */
  async function edit(from: string | RegExp, to: string): Promise<void> {
    const file = `${disk.file}.xml`;
    await writeFile(file, (await dump()).replace(from, to));
    await virsh("define", `--file=${file}`);
    await rm(file);
  }

  beforeEach(async () => {
    told = [];
    disk = await Disk.make();
    resource = new DomainResource(startProcess().context);
  });
  afterEach(async () => {
    const left = (await virsh("list", "--all", "--uuid")).split("\n");
    if (left.includes(id)) {
      await virsh("destroy", id).catch(() => undefined);
      await virsh("undefine", "--snapshots-metadata", id).catch(() => undefined);
    }
    await disk.close();
  });

  it("is created as declared, read without a difference, and deleted", async () => {
    const news = declaring({ autostart: true });
    const ahead = await resource.create({ ...subject(), inputs: news, preview: true });
    assert.deepEqual([ahead.id, ahead.outputs["name"], said()], ["", NAME, ""]);
    await create({ autostart: true });
    assert.deepEqual(
      [outputs["name"], outputs["state"], outputs["running"], outputs["autostart"], outputs["persistent"]],
      [NAME, "shut off", false, true, true],
    );
    assert.equal(String(outputs["xml"]).trimEnd(), await dump());
    assert.deepEqual(await differing(), []);
    await resource.delete({ ...subject(), id, outputs });
    assert.equal(await refresh(), undefined);
    assert.match(
      said(),
      new RegExp(`^domain "${NAME}" \\(${id}\\) was undefined outside of this program\\. `),
    );
  });

  it("differs in nothing after starts, snapshots, a revert and a restart of the daemon", async () => {
    await create({ running: true });
    assert.deepEqual(await differing(), []);
    await virsh("snapshot-create-as", `--domain=${id}`, "--name=inside");
    await virsh("snapshot-create-as", `--domain=${id}`, "--name=outside", "--disk-only");
    assert.deepEqual(await differing(), []);
    await virsh("destroy", id);
    assert.deepEqual(await differing(), ["running"]);
    await withoutDaemon(() => Promise.resolve());
    await until("a daemon answers", () =>
      virsh("list").then(
        () => true,
        () => false,
      ),
    );
    assert.deepEqual(await differing(), ["running"]);
    await virsh("snapshot-delete", `--domain=${id}`, "--snapshotname=outside", "--metadata");
    await edit(/<source file='[^']*'\/>/, `<source file='${disk.file}'/>`);
    await virsh("snapshot-revert", `--domain=${id}`, "--snapshotname=inside");
    assert.deepEqual(await differing(), []);
  });

  it("shows what someone else changed, stopped or renamed, and restores it", async () => {
    await create({ running: true });
    await edit("<domain type='qemu'>", "<domain type='qemu'><title>theirs</title>");
    await edit("</vcpu>", "</vcpu><cputune><shares>7</shares></cputune>");
    assert.deepEqual(await differing(), ["xml"]);
    await preview();
    assert.match(
      said(),
      /is not the one that was applied last: someone changed it\. .*title "theirs" is removed/,
    );
    assert.match(said(), /takes effect at its next boot; it is running now/);
    await update();
    assert.doesNotMatch(await dump(), /theirs|cputune/);
    assert.deepEqual(await differing(), []);

    await edit("</vcpu>", "</vcpu><cputune><shares>7</shares></cputune>");
    assert.deepEqual(await differing(), ["xml"]);
    await preview();
    assert.match(said(), /someone changed it\. This update applies the declared one\./);
    await update();
    assert.doesNotMatch(await dump(), /cputune/);

    await virsh("destroy", id);
    await virsh("domrename", id, `${NAME}-theirs`);
    assert.deepEqual(await differing(), ["xml", "running"]);
    assert.equal(outputs["name"], `${NAME}-theirs`);
    const ahead = await preview();
    assert.equal(ahead["name"], NAME);
    assert.match(
      said(),
      new RegExp(`Someone renamed ${NAME} to ${NAME}-theirs\\. This update renames it back\\.`),
    );
    assert.match(said(), new RegExp(`^${NAME} is off, and this update starts it\\.$`, "m"));
    await update();
    assert.equal(await virsh("domstate", NAME), "running");
    assert.deepEqual(await differing(), []);

    await virsh("undefine", id);
    assert.deepEqual(await differing(), ["xml"]);
    await preview();
    assert.match(
      said(),
      /is running but no longer defined: someone undefined it\. This update defines it again\./,
    );
    await update();
    assert.deepEqual([outputs["persistent"], await differing()], [true, []]);
  });

  it("is updated in place: definition, name, power, autostart", async () => {
    await create({});
    const now = declaring({ xml: disk.xml(`${NAME} 2`, { title: "second" }), autostart: true });
    assert.deepEqual(Object.keys(diff(now).properties), ["xml", "autostart"]);
    await update(now);
    assert.equal(await virsh("domname", id), `${NAME} 2`);
    assert.match(await dump(), /<title>second<\/title>/);
    assert.deepEqual([outputs["name"], outputs["autostart"]], [`${NAME} 2`, true]);
    assert.deepEqual(await differing(), []);
    const reformed = { ...now, xml: String(now["xml"]).replace("<!-- kept in a repository -->", "") };
    assert.deepEqual(await differing(reformed), []);
  });

  it("keeps the MAC address that libvirt generated when it is updated", async () => {
    const xml = (title: string) =>
      disk.xml(NAME, { title }).replace("</devices>", '<interface type="user"/></devices>');
    const mac = async () => /<mac address='([^']*)'/.exec(await dump())?.[1];
    await create({ xml: xml("first") });
    const before = await mac();
    await update(declaring({ xml: xml("second") }));
    assert.deepEqual([await mac(), await differing()], [before, []]);
  });

  it("needs another domain only for another UUID, and the old one goes first", async () => {
    await create({});
    const xml = disk.xml(NAME, { uuid: "bcfa3df3-7f64-4055-baf6-8ec50c3b0255" });
    const { replaces, deleteBeforeReplace } = diff(declaring({ xml }));
    assert.deepEqual([replaces, deleteBeforeReplace], [["xml"], true]);
  });

  it("is imported by its name or UUID with inputs that change nothing, nor does the text that a person keeps", async () => {
    await disk.define(NAME, { title: "theirs" });
    id = await virsh("domuuid", NAME);
    for (const given of [NAME, id]) {
      const found = await resource.read({ ...subject(), id: given, outputs: {}, inputs: {} });
      assert.ok(found !== undefined);
      assert.equal(found.id, id);
      ({ outputs, inputs } = found);
      assert.deepEqual([inputs["running"], inputs["autostart"], said()], [false, undefined, ""]);
      assert.deepEqual(await differing(checked(inputs)), []);
      assert.deepEqual(
        await differing(declaring({ xml: disk.xml(NAME, { title: "theirs" }), shutdownTimeoutSeconds: 60 })),
        [],
      );
      await update(inputs);
      assert.deepEqual(await differing(), []);
    }
    const listed = await resource.list({ query: { uri: lab("LIBVIRT_DEFAULT_URI") } });
    assert.ok(listed.some((each) => each.id === id && each.name === NAME));
  });

  it("is imported without its password, with a warning", async () => {
    await disk.define(NAME);
    id = await virsh("domuuid", NAME);
    await edit("</devices>", "<graphics type='vnc' port='-1' passwd='sesame'/></devices>");
    const found = await resource.read({ ...subject(), id: NAME, outputs: {}, inputs: {} });
    assert.doesNotMatch(JSON.stringify(found), /sesame/);
    assert.match(said(), /holds a password, which is not imported/);
  });

  it("is adopted from whoever had it, for instance a Domain over @pulumi/command", async () => {
    await disk.define(NAME, { title: "theirs" });
    id = await virsh("domuuid", NAME);
    const news = declaring({ adopt: true, xml: disk.xml(NAME, { title: "ours" }) });
    const ahead = await resource.create({ ...subject(), inputs: news, preview: true });
    assert.equal(ahead.outputs["uuid"], id);
    assert.match(said(), /exists .* and is adopted: its definition is replaced by this one\./);
    await create({ adopt: true, xml: disk.xml(NAME, { title: "ours" }) });
    assert.match(await dump(), /<title>ours<\/title>/);
    assert.deepEqual(await differing(), []);
  });

  it("does not repeat a value of a secret definition", async () => {
    await create({ xml: disk.xml(NAME, { title: "old" }) });
    const news = checked(
      { ...inputs, xml: disk.xml(NAME, { title: "hush" }).replace('machine="pc"', 'machine="hush-machine"') },
      ["xml"],
    );
    await preview(news);
    await assert.rejects(update(news), ({ message }: Error) => !message.includes("hush"));
    assert.doesNotMatch(said(), /hush/);
  });
});
