import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Snapshot } from "../../sdk/index.js";
import { assertDone, TestStack, type RecordedResource } from "./support/engine.js";
import { diskOf, guest, imageSnapshots, lab, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** What a shell, an option parser, printf, XML or a number parser might misread. */
const TAKEN = [
  "a b",
  "$(touch pwned)",
  "'; touch pwned; '",
  "`touch pwned`",
  '"q"',
  "-x",
  "--domain",
  "--",
  "0123",
  "true",
  "%s%n",
  "<&>\"'",
  "ñ日本🙂",
  `${"ñ".repeat(123)}x`,
];

const NO_NAME = "a snapshot needs a name. Give one, or leave the property out to use the resource's name";
const REFUSED: [what: string, name: string, shown: string, reason: string][] = [
  ["nothing", "", '""', NO_NAME],
  [
    "248 bytes of UTF-8",
    "ñ".repeat(124),
    `"${"ñ".repeat(76)}…"`,
    'it takes 248 bytes of UTF-8, and libvirt can save 247. Use another name, for example "' +
      "n".repeat(124) +
      '"',
  ],
  ["a slash", "a/b", '"a/b"', 'it contains "/", which libvirt refuses. Use another name, for example "a-b"'],
  [
    "a leading dot",
    ".a",
    '".a"',
    'it starts with ".", which libvirt refuses. Use another name, for example "a"',
  ],
  [
    "a line break",
    "a\nb",
    String.raw`"a\nb"`,
    'it contains a line break, and virsh lists one name per line. Use another name, for example "a-b"',
  ],
  [
    "a control character",
    "a\u0007b",
    String.raw`"a\u0007b"`,
    'it contains a control character, which libvirt drops without an error. Use another name, for example "a-b"',
  ],
];

describe("names that a shell, an option parser or XML could misread", () => {
  const names = TAKEN.map((name, index) => [`snapshot-${index}`, name] as const);
  const domains: Record<string, Guest> = {};
  let stack: TestStack;

  const domainOf = (resource: string): Guest => {
    const domain = domains[resource];
    assert.ok(domain);
    return domain;
  };
  const program = (token: string) => () =>
    Object.fromEntries(
      names.map(([resource, name]) => {
        const { name: domain } = domainOf(resource);
        return [resource, new Snapshot(resource, { domain, name, revert: { triggers: [token] } })];
      }),
    );
  const each = (verb: string) => names.map(([resource]) => `${verb} ${resource}`).sort();
  const onEach = async <T>(look: (domain: Guest) => Promise<T>) =>
    Object.fromEntries(
      await Promise.all(
        names.map(async ([resource, name]) => [name, await look(domainOf(resource))] as const),
      ),
    );
  const forEach = <T>(value: (name: string) => T) =>
    Object.fromEntries(TAKEN.map((name) => [name, value(name)]));

  before(async () => {
    for (const [resource] of names) domains[resource] = await guest("--off");
    stack = await TestStack.open();
  });
  after(() => stack.close());

  it("reach libvirt and the image unchanged", async () => {
    const { ok, steps, messages } = await stack.up(program("never"));
    assert.deepEqual([ok, steps.sort(), messages], [true, each("create"), []]);
    const outputs = await stack.outputs();
    for (const [resource, name] of names) {
      assert.equal((outputs[resource] as RecordedResource).id, `${domainOf(resource).uuid}/${name}`);
    }
    assert.deepEqual(
      await onEach(snapshotsOf),
      forEach((name) => [name]),
    );
    const inImages = await onEach(async (domain) =>
      (await imageSnapshots(await diskOf(domain))).map(({ name }) => name),
    );
    assert.deepEqual(
      inImages,
      forEach((name) => [name]),
    );
  });

  it("are read back unchanged", async () => {
    assertDone(await stack.refresh(), []);
  });

  it("identify the snapshot of a revert", async () => {
    await onEach(({ uuid }) => virsh("snapshot-create-as", `--domain=${uuid}`, "--name=later"));
    const { ok, steps } = await stack.up(program("now"));
    assert.deepEqual([ok, steps.sort()], [true, each("update")]);
    const current = await onEach(({ uuid }) => virsh("snapshot-current", `--domain=${uuid}`, "--name"));
    assert.deepEqual(
      current,
      forEach((name) => name),
    );
  });

  it("identify the snapshot of a delete, and no other one is deleted", async () => {
    const { ok, steps, messages } = await stack.destroy();
    assert.deepEqual([ok, steps.sort(), messages], [true, each("delete"), []]);
    assert.deepEqual(
      await onEach(snapshotsOf),
      forEach(() => ["later"]),
    );
  });

  it("run no command", async () => {
    const places = [
      stack.folder,
      process.cwd(),
      lab("LAB_DIR"),
      join(lab("LAB_DIR"), ".."),
      tmpdir(),
      homedir(),
      "/",
    ];
    for (const place of places) {
      assert.ok(!(await readdir(place)).includes("pwned"), `${place}/pwned`);
    }
  });
});

describe("names that libvirt would refuse, truncate or fail to save", () => {
  let standIn: VirshStandIn;
  let stack: TestStack;
  const program = (name: string) => () => ({
    never: new Snapshot("never", { domain: lab("LAB_DOMAIN"), name }),
  });

  before(async () => {
    standIn = await VirshStandIn.make();
    stack = await TestStack.open(standIn.env);
  });
  after(async () => {
    await stack.close();
    await standIn.close();
  });

  for (const [what, name, shown, reason] of REFUSED) {
    it(`are refused in the preview, with a reason of their own: ${what}`, async () => {
      const { ok, steps, messages } = await stack.preview(program(name));
      assert.deepEqual([ok, steps], [false, []]);
      // The text before it is the engine's, and differs between its versions.
      const [said, ...others] = messages.map((message) => message.slice(message.indexOf(" name: ") + 1));
      assert.deepEqual([said, others], [`name: ${shown} cannot be used: ${reason}.`, []]);
    });
  }

  it("are refused by the program itself if they contain half of a surrogate pair, which UTF-8 cannot encode", () => {
    assert.throws(program("a\ud83d"), {
      message:
        'Snapshot "never": name: "a\\ud83d" cannot be used: it contains half of a surrogate pair, ' +
        "which UTF-8 cannot encode. Remove it.",
    });
  });

  it("do not run virsh", async () => {
    assert.deepEqual(await standIn.calls(), []);
  });
});
