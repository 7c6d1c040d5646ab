import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { succeed, TestStack, type Run } from "./support/engine.js";
import { guest, imageSnapshots, diskOf, output, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** A machine that is short of something: each case works, or fails with nothing half-done. */
describe("a machine with little left", function () {
  this.timeout(180_000);
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const open = async (env: Record<string, string>): Promise<TestStack> => {
    const stack = await TestStack.open(env);
    closing.push(() => stack.close());
    return stack;
  };
  const told = ({ messages }: Run) => messages.join("\n");
  const kept =
    (domain: Guest, args: Partial<SnapshotArgs> = {}) =>
    () => ({ kept: new Snapshot("kept", { domain: domain.name, ...args }) });
  const description = async ({ uuid }: Guest) =>
    /<description>(.*)<\/description>/.exec(await virsh("snapshot-dumpxml", uuid, "kept"))?.[1];

  /** A disk of its own, of this size; `undefined` where this user may not mount one. */
  const disk = async (size: string): Promise<string | undefined> => {
    const folder = await mkdtemp(join(tmpdir(), "small-disk-"));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    try {
      await output("mount", "-t", "tmpfs", "-o", `size=${size},mode=1777`, "none", folder);
    } catch {
      return undefined;
    }
    closing.push(() => output("umount", "--lazy", folder));
    return folder;
  };
  const filler = (folder: string) => join(folder, "filler");
  const fill = async (folder: string) => {
    const { bavail, bsize } = await statfs(folder);
    await writeFile(filler(folder), Buffer.alloc(bavail * bsize));
  };

  it("whose /tmp is full refuses an edit, and does it once there is space", async function () {
    const folder = await disk("4m");
    if (folder === undefined) return this.skip();
    const domain = await guest("--off");
    const stack = await open({ TMPDIR: folder });
    await succeed(stack.up(kept(domain, { description: "old" })));
    await fill(folder);
    const run = await stack.up(kept(domain, { description: "new" }));
    assert.equal(run.ok, false);
    assert.match(told(run), /no space left on device/i);
    assert.match(told(run), /TMPDIR/);
    assert.equal(await description(domain), "old");
    await rm(filler(folder));
    assert.deepEqual((await succeed(stack.up(kept(domain, { description: "new" })))).steps, ["update kept"]);
    assert.equal(await description(domain), "new");
  });

  it("whose /tmp cannot be written refuses an edit, and does the rest", async function () {
    const folder = await disk("4m");
    if (folder === undefined) return this.skip();
    const domain = await guest("--off");
    const stack = await open({ TMPDIR: folder });
    await succeed(stack.up(kept(domain, { description: "old" })));
    await output("mount", "-o", "remount,ro", folder);
    const run = await stack.up(kept(domain, { description: "new" }));
    assert.equal(run.ok, false);
    assert.match(told(run), /TMPDIR/);
    assert.equal(await description(domain), "old");
    await succeed(stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("whose disk with the state is full takes no snapshot, and takes it once there is space", async function () {
    const folder = await disk("8m");
    if (folder === undefined) return this.skip();
    const domain = await guest("--off");
    const stack = await open({ PULUMI_BACKEND_URL: `file://${folder}` });
    await succeed(stack.up(() => ({})));
    await fill(folder);
    const run = await stack
      .up(kept(domain))
      .catch((error: unknown) => ({ ok: false, messages: [String(error)] }));
    assert.equal(run.ok, false);
    assert.match(run.messages.join("\n"), /no space left on device/i);
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);
    await rm(filler(folder));
    await stack.unlock();
    await succeed(stack.up(kept(domain)));
    assert.deepEqual(await snapshotsOf(domain), ["kept"]);
    await succeed(stack.destroy());
  });

  it("with 64 open files per process takes and deletes 30 snapshots", async () => {
    const folder = await mkdtemp(join(tmpdir(), "few-files-"));
    closing.push(() => rm(folder, { recursive: true }));
    const engine = (await output("which", "pulumi")).trim();
    // The engine itself needs more; the provider and its virsh get 64.
    const node = process.execPath;
    await mkdir(join(folder, "bin"));
    const script = `#!/bin/sh\ncase "$*" in *dynamic-provider*) ulimit -n 64 ;; esac\nexec '${node}' "$@"\n`;
    await writeFile(join(folder, "bin/node"), script);
    await chmod(join(folder, "bin/node"), 0o755);
    assert.ok(engine);
    const domain = await guest("--off");
    const stack = await open({ PATH: `${folder}/bin:${process.env["PATH"] ?? ""}` });
    const names = Array.from({ length: 30 }, (_, index) => `of-${index}`);
    const program = () =>
      Object.fromEntries(names.map((name) => [name, new Snapshot(name, { domain: domain.name })]));
    await succeed(stack.up(program));
    assert.deepEqual((await snapshotsOf(domain)).sort(), names.sort());
    await succeed(stack.destroy());
    assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);
  });

  it("whose clock steps back a day between take and revert keeps the newest safety snapshot", async () => {
    const folder = await mkdtemp(join(tmpdir(), "clock-"));
    closing.push(() => rm(folder, { recursive: true }));
    const clock = join(folder, "yesterday.cjs");
    await writeFile(clock, YESTERDAY);
    const domain = await guest("--off");
    const args = (trigger: string) => ({ revert: { triggers: [trigger], safetySnapshot: { keep: 1 } } });
    const stack = await open({});
    await succeed(stack.up(kept(domain, args("0"))));
    await succeed(stack.up(kept(domain, args("1"))));
    const safety = async () => (await snapshotsOf(domain)).filter((name) => name !== "kept");
    const [first = ""] = await safety();
    const back = await TestStack.reopen(stack.folder, { NODE_OPTIONS: `--require=${clock}` });
    await succeed(back.up(kept(domain, args("2"))));
    const [second = "", ...others] = await safety();
    assert.deepEqual(others, []);
    assert.notEqual(second, first);
    assert.ok(second < first, `${second} is named after the clock of the machine that runs Pulumi`);
    assert.deepEqual((await succeed(stack.up(kept(domain, args("2"))))).steps, []);
    await succeed(stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("where someone renames the domain in the middle of an up has no snapshot that no state knows", async () => {
    const standIn = await VirshStandIn.make();
    closing.push(() => standIn.close());
    const domain = await guest("--off");
    const stack = await open(standIn.env);
    await standIn.stopAt([{ moment: "before", command: "any", names: domain.uuid }]);
    const running = stack.up(kept(domain));
    await standIn.arrived([domain.uuid]);
    await virsh("domrename", domain.uuid, `${domain.name}-renamed`);
    await standIn.goOn();
    const run = await running;
    const taken = await snapshotsOf(domain);
    const known = (await stack.resources()).filter(({ urn }) => urn.endsWith("::kept"));
    assert.equal(known.length, taken.length, told(run));
    assert.equal(run.ok, taken.length === 1, told(run));
    await succeed(stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});

const YESTERDAY = `const Now = Date;
globalThis.Date = class extends Now {
  constructor(...given) {
    super(...(given.length === 0 ? [Now.now() - 86_400_000] : given));
  }
  static now() {
    return Now.now() - 86_400_000;
  }
};
`;
