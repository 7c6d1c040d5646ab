import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";
import { previewCreate, previewUpdate } from "../../provider/command/preview.js";
import { variables } from "../../provider/command/settings.js";
import { declaredDigest, madeDigest, withStamp } from "../../provider/definition/stamp.js";
import { parseDocument } from "../../provider/xml/document.js";
import { Domain, Snapshot } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { assertDone, TestStack } from "./support/engine.js";
import { creationTime, snapshotsOf, virsh } from "./support/host.js";
import { assertPrinted } from "./support/transcript.js";

const NAME = `foreseen ${process.pid}`;
const UUID = "5a4c5f0e-92fb-4f0b-a0fd-5d5be7a3f9a1";

const ENVIRONMENT = {
  [variables.uri]: "",
  [variables.running]: "true",
  [variables.autostart]: "",
  [variables.adopt]: "false",
  [variables.shutdownTimeoutSeconds]: "1",
};

describe("the preview of a Domain, beside someone else on its host", () => {
  let disk: Disk;
  let xml: string;
  const recorded = JSON.stringify({ name: NAME, uuid: UUID, xmlSha256: "of the XML that was applied" });

  const update = async (declared = xml, previous = declared) => {
    const state = { stdout: recorded, xml: previous };
    return (await previewUpdate(state, { xml: declared, environment: ENVIRONMENT })).map(({ text }) => text);
  };
  const create = async (declared = xml) =>
    (await previewCreate({ xml: declared, environment: ENVIRONMENT })).map(({ text }) => text);
  const defined = async (text: string) => {
    const file = `${disk.file}.xml`;
    await writeFile(file, text);
    await virsh("define", file);
  };

  before(async () => {
    disk = await Disk.make();
    xml = disk.xml(NAME, { uuid: UUID, title: "ours" });
  });
  /** As an update leaves the domain. */
  beforeEach(async () => {
    const stamp = { id: "1", declared: declaredDigest(xml) };
    await defined(withStamp(xml, stamp));
    const made = madeDigest(parseDocument(await virsh("dumpxml", UUID), "domain"));
    await defined(withStamp(xml, { ...stamp, made }));
  });
  afterEach(async () => {
    await virsh("destroy", UUID).catch(() => undefined);
    await virsh("undefine", UUID, "--managed-save", "--snapshots-metadata", "--nvram").catch(() => undefined);
  });
  after(() => disk.close());

  it("names what someone changed, and what the update changes back", async () => {
    await defined(disk.xml(NAME, { uuid: UUID, title: "theirs" }));
    await virsh("setmaxmem", UUID, "64M", "--config");
    const [drift] = await update();
    assert.match(
      drift ?? "",
      /^The definition of foreseen \d+ on the host is not the one that was applied last: someone/,
    );
    assert.match(drift ?? "", /the declared one: title "theirs" to "ours", memory 64 MiB to 96 MiB\.$/);
  });

  it("says that a domain which someone renamed gets its name back", async () => {
    await virsh("domrename", UUID, `${NAME} theirs`);
    const [line] = await update();
    assert.equal(line, `Someone renamed ${NAME} to ${NAME} theirs. This update renames it back.`);
  });

  it("refuses to rename a domain that runs", async () => {
    await virsh("start", UUID);
    await assert.rejects(update(disk.xml(`${NAME} new`, { uuid: UUID })), {
      kind: "Conflict",
      message:
        /^Unable to rename domain "foreseen \d+" to "foreseen \d+ new": it is running, .* Nothing was changed\. Shut it down /,
    });
  });

  it("says that a running domain which someone undefined is defined again", async () => {
    await virsh("start", UUID);
    await virsh("undefine", UUID);
    const [line] = await update();
    assert.equal(
      line,
      `${NAME} is running but no longer defined: someone undefined it. This update defines it again.`,
    );
  });

  it("says that a managed-save image is resumed with the old definition, which is what happens", async () => {
    await virsh("start", UUID);
    await virsh("managedsave", UUID);
    const changed = disk.xml(NAME, { uuid: UUID, title: "changed" });
    assert.deepEqual(await update(changed, xml), [
      `${NAME} is off with a managed-save image, and this update resumes it from there, with the old definition. ` +
        "The changed definition takes effect at the start after that: once it is resumed, shut the domain down and start it again.",
    ]);
    await defined(changed);
    await virsh("start", UUID);
    assert.match(await virsh("dumpxml", UUID), /<title>ours<\/title>/);
    await virsh("destroy", UUID);
    await virsh("start", UUID);
    assert.match(await virsh("dumpxml", UUID), /<title>changed<\/title>/);
  });

  it("says what becomes of a domain that a create replaces, and what if it is another one's", async () => {
    await virsh("start", UUID);
    await virsh("snapshot-create-as", UUID, "theirs");
    const fate =
      "it is running, and is shut down, after 1 s as by a power cut; " +
      'it has snapshots ("theirs"): those of this program are lost with it, and if there are others, nothing is done';
    assert.deepEqual(await create(), [
      `${NAME} (${UUID}) is replaced, and it is deleted first: ${fate}. Its disks stay.`,
    ]);
    const [line] = await create(disk.xml(NAME, { uuid: UUID, title: "another" }));
    assert.match(
      line ?? "",
      /^The host already has the domain "foreseen \d+" .* Otherwise the create will be refused: /,
    );
  });

  it("fails where the domain is provably gone, in libvirt's words and not as one that could not be seen", async () => {
    await virsh("undefine", UUID);
    await assert.rejects(update(), {
      kind: "NotFound",
      message: /^Unable to update domain "foreseen \d+": /,
    });
    assert.deepEqual(await create(), []);
  });

  it("names no value of a secret definition", async () => {
    await virsh("setmaxmem", UUID, "64M", "--config");
    const inputs = { xml, environment: ENVIRONMENT, secret: true };
    const lines = await previewUpdate({ stdout: recorded, xml }, inputs);
    assert.ok(!lines.some(({ text }) => text.includes("96 MiB")), JSON.stringify(lines));
  });
});

describe("the preview of a Domain that is replaced, with its Snapshot", () => {
  const name = `guest-${process.pid}-7001`;
  let disk: Disk;
  let stack: TestStack;
  const program = () => {
    const vm = new Domain("vm", { xml: disk.xml(name, { uuid: UUID }), running: false });
    new Snapshot("checkpoint", { domain: vm.name, name: "a" });
    return {};
  };

  before(async () => {
    disk = await Disk.make();
    stack = await TestStack.open();
    assertDone(await stack.up(program), ["create vm", "create vm", "create checkpoint"]);
  });
  after(async () => {
    await stack.destroy();
    await stack.close();
    await disk.close();
  });

  const replace = () => [`urn:pulumi:test::${stack.project}::virsh:index:Domain$command:local:Command::vm`];

  it("says that the recovery point is lost with the domain, and promises no other one", async () => {
    assertPrinted("domain-replaced", await stack.transcript(program, { replace: replace() }));
  });

  it("is lost as the preview says: the new snapshot is of the new domain", async () => {
    const before = await creationTime({ name, uuid: UUID }, "a");
    const { ok, steps } = await stack.up(program, { replace: replace() });
    assert.ok(ok && steps.includes("delete-replaced checkpoint"), steps.join());
    assert.notEqual(await creationTime({ name, uuid: UUID }, "a"), before);
    assert.deepEqual(await snapshotsOf({ name, uuid: UUID }), ["a"]);
  });
});

describe("the preview of a revert, where the program declares the domain", () => {
  const name = `guest-${process.pid}-7002`;
  let disk: Disk;
  let stack: TestStack;
  const program =
    (title: string, trigger?: string, secret = false) =>
    () => {
      const xml = disk.xml(name, { title });
      const vm = new Domain("vm", { xml: secret ? pulumi.secret(xml) : xml, running: false });
      new Snapshot("checkpoint", {
        domain: vm.name,
        name: "a",
        ...(trigger === undefined ? {} : { revert: { triggers: [trigger] } }),
      });
      return {};
    };
  const restored = (lines: readonly string[]) =>
    lines.map((line) => /the domain's definition is restored: (.*)$/.exec(line)?.[1]).filter(Boolean);
  const again = "(until the next update, which applies the declared one again).";

  before(async () => {
    disk = await Disk.make();
    stack = await TestStack.open();
    assert.ok((await stack.up(program("one"))).ok);
    assert.ok((await stack.up(program("two"))).ok);
  });
  after(async () => {
    await stack.destroy();
    await stack.close();
    await disk.close();
  });

  it("names what the revert takes back of the definition", async () => {
    assertPrinted("domain-reverted", await stack.transcript(program("two", "now")));
  });

  it("names it from the definition that the same run applies first", async () => {
    const { messages } = await stack.preview(program("three", "now"));
    assert.deepEqual(restored(messages), [`title "three" to "one" ${again}`]);
  });

  it("does not quote a definition that is a secret", async () => {
    const { messages } = await stack.preview(program("three", "now", true));
    assert.deepEqual(restored(messages), [`what differs is not shown, because the XML is a secret ${again}`]);
  });

  it("is followed by a preview that shows what the next update sets right", async () => {
    assert.ok((await stack.up(program("three", "now"))).ok);
    assert.match(await virsh("dumpxml", name), /<title>one<\/title>/);
    assertPrinted("domain-not-in-force", await stack.transcript(program("three", "now")));
    assert.ok((await stack.up(program("three", "now"))).ok);
    assert.match(await virsh("dumpxml", name), /<title>three<\/title>/);
    assertDone(await stack.preview(program("three", "now")), []);
  });
});
