import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { externalRevertTable, type ExternalRevertRow } from "../behaviour/revert.js";
import { filesOf } from "./support/chain.js";
import { succeed, TestStack, type Run } from "./support/engine.js";
import {
  anotherSecond,
  diskOf,
  guest,
  inGuest,
  lab,
  snapshotsOf,
  virsh,
  type Guest,
} from "./support/host.js";
import { closed } from "./support/libvirt.js";
import { bring, stateOf } from "./support/states.js";

type RevertArgs = NonNullable<SnapshotArgs["revert"]>;

/** What a change would alter: snapshots, the current one, the domain's state and disk, and all files. */
async function everything(domain: Guest): Promise<unknown[]> {
  const { uuid } = domain;
  const current = await virsh("snapshot-current", "--name", uuid);
  return [
    await snapshotsOf(domain),
    current,
    await stateOf(domain),
    await diskOf(domain),
    await filesOf(domain),
  ];
}

/** Asserts that the version gate refused the revert, and that everything is as it was. */
async function assertGated(run: Run, reason: string, domain: Guest, before: unknown[]): Promise<void> {
  assert.equal(run.ok, false);
  const told = run.messages.join("\n");
  assert.match(told, /Unable to revert [^]* Nothing was changed\. /);
  assert.ok(told.includes(`: ${reason}. `), told);
  assert.deepEqual(await everything(domain), before);
}

describe("reverting to an external snapshot (table of docs/behaviour.md)", () => {
  /** One snapshot for each way to take one; a file in the guest tells them apart. */
  const nameOf = ({ taken, asked }: ExternalRevertRow) =>
    `${taken === "shut off" ? "off" : taken}-${asked.memory === undefined ? "disks" : "memory"}`;
  const kinds = new Map(externalRevertTable.map((row) => [nameOf(row), row]));
  const triggers = new Map<string, string>();
  let domain: Guest;
  let stack: TestStack;

  const program =
    (to?: { name: string; revert: RevertArgs }, ...only: string[]) =>
    () =>
      Object.fromEntries(
        (only.length > 0 ? only : [...kinds.keys()]).map((name) => {
          const { memory, ...asked } = kinds.get(name)?.asked ?? {};
          const file = `${lab("LAB_DIR")}/${domain.uuid}.${name}`;
          return [
            name,
            new Snapshot(name, {
              domain: domain.name,
              ...asked,
              ...(memory === undefined ? {} : { memory: { snapshot: "external", file } }),
              revert: to?.name === name ? to.revert : { triggers: [triggers.get(name) ?? "first"] },
            }),
          ];
        }),
      );

  before(async function () {
    this.timeout(180_000);
    domain = await guest();
    stack = await TestStack.open();
    const taken: string[] = [];
    for (const [name, row] of kinds) {
      await bring(domain, "running");
      await inGuest(domain.name, `echo ${name} >/data/file; sync; kept=${name}`);
      await bring(domain, row.taken);
      taken.push(name);
      await succeed(stack.up(program(undefined, ...taken)));
    }
  });
  after(() => stack.close());

  externalRevertTable.forEach((row, index) => {
    const { taken, asked, now, to, ends, needs } = row;
    const name = nameOf(row);
    it(`${JSON.stringify(asked)}, taken ${taken}, now ${now}, to ${to}: ends ${ends}, or is refused without ${needs}`, async () => {
      const reason = await closed("revertExternal", needs);
      if (reason === undefined) {
        await bring(domain, "running");
        await inGuest(domain.name, "echo later >/data/file; sync; kept=later");
      }
      await bring(domain, now);
      const [before, overlay] = [await everything(domain), await diskOf(domain)];
      const there = await filesOf(domain);
      const trigger = `token ${index}`;
      const run = await stack.up(program({ name, revert: { triggers: [trigger], to } }));
      if (reason !== undefined) {
        await assertGated(run, reason, domain, before);
        return;
      }
      assert.ok(run.ok, run.messages.join("\n"));
      triggers.set(name, trigger);
      const [line = "", ...others] = run.messages;
      assert.deepEqual(others, []);
      assert.ok(line.endsWith(`; the overlay ${overlay} disappears.`), line);
      assert.equal(await stateOf(domain), ends);
      assert.equal(await virsh("snapshot-current", "--name", domain.uuid), name);
      const made = (await diskOf(domain)).split("/").at(-1) ?? "";
      const kept = there.filter((file) => !overlay.endsWith(`/${file}`));
      assert.deepEqual(await filesOf(domain), [...kept, made].sort());

      await bring(domain, "running");
      const remembered = asked.memory === undefined ? "" : name;
      assert.equal(
        await inGuest(domain.name, "cat /data/file; echo $kept"),
        `${name}\n${remembered}`.trimEnd(),
      );
    });
  });

  it("leaves nothing after a destroy", async () => {
    await bring(domain, "running");
    await succeed(stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.deepEqual(await filesOf(domain), [`${domain.uuid}-0.qcow2`]);
    assert.equal(await inGuest(domain.name, "echo on"), "on");
  });
});

describe("an external snapshot", () => {
  let domain: Guest;
  let stack: TestStack;
  const program =
    (revert: RevertArgs, more: Partial<SnapshotArgs> = {}) =>
    () => ({ base: new Snapshot("base", { domain: domain.name, diskOnly: true, revert, ...more }) });

  const start = async (...shape: string[]) => {
    domain = await guest(...shape);
    stack = await TestStack.open();
  };
  afterEach(() => stack.close());

  it("can be reverted to twice and keeps its children, or the revert is refused as a whole", async () => {
    await start();
    await inGuest(domain.name, "echo base >/data/file; sync");
    await succeed(stack.up(program({ triggers: [0] })));
    await virsh("snapshot-create-as", domain.uuid, "child", "--disk-only");
    const reason = await closed("revertExternal", "revertExternalRunning");
    if (reason !== undefined) {
      const before = await everything(domain);
      await assertGated(await stack.up(program({ triggers: [1] })), reason, domain, before);
      return;
    }
    for (const token of [1, 2]) {
      await inGuest(domain.name, `echo ${token} >/data/file; sync`);
      const overlay = await diskOf(domain);
      const wanted = program({ triggers: [token] });
      for (const run of [await stack.preview(wanted), await stack.up(wanted)])
        assert.ok(
          run.messages.join("\n").includes(`the overlay ${overlay} disappears`),
          run.messages.join("\n"),
        );
      assert.equal(await inGuest(domain.name, "cat /data/file"), "base");
      assert.ok(!(await filesOf(domain)).some((file) => overlay.endsWith(file)));
    }
    assert.deepEqual(await snapshotsOf(domain), ["base", "child"]);
  });

  it("loses nothing with an external safety snapshot, or takes none if the revert is refused", async () => {
    await start("--off");
    await succeed(stack.up(program({ triggers: [0] })));
    const wanted = (token: number) => program({ triggers: [token], safetySnapshot: { keep: 1 } });
    const before = await everything(domain);
    const run = await stack.up(wanted(1));
    const reason = await closed("revertExternal");
    if (reason !== undefined) {
      await assertGated(run, reason, domain, before);
      return;
    }
    assert.match(
      run.messages.join("\n"),
      /is kept in a new snapshot "base-before-revert-[^"]*", the memory of a running domain is not\.$/,
    );
    const [, safety = ""] = await snapshotsOf(domain);
    await succeed(stack.up(wanted(2)));
    const [later = "", ...others] = (await snapshotsOf(domain)).filter((name) => name !== "base");
    assert.deepEqual(others, []);
    assert.notEqual(later, safety);
    // libvirt names the new overlay by the second, and has just made one.
    await anotherSecond();
    await virsh("snapshot-revert", domain.uuid, later);
    await succeed(stack.destroy());
    assert.deepEqual(await filesOf(domain), [`${domain.uuid}-0.qcow2`]);
  });

  it("keeps the overlay that holds an internal one, and does not report it as deleted, or refuses the revert", async () => {
    await start("--off");
    await succeed(stack.up(program({ triggers: [0] })));
    await virsh("snapshot-create-as", domain.uuid, "inside");
    const [before, overlay] = [await everything(domain), await diskOf(domain)];
    const run = await stack.up(program({ triggers: [1] }));
    const reason = await closed("revertExternal");
    if (reason !== undefined) {
      await assertGated(run, reason, domain, before);
      return;
    }
    assert.doesNotMatch(run.messages.join("\n"), /disappear/);
    assert.notEqual(await diskOf(domain), overlay);
    await virsh("snapshot-revert", domain.uuid, "inside");
    assert.equal(await diskOf(domain), overlay);
  });

  it("is not reverted to when the current one was set by hand and libvirt would delete an image that another needs", async () => {
    await start("--off");
    await succeed(stack.up(program({ triggers: [0] })));
    await virsh("snapshot-create-as", domain.uuid, "child", "--disk-only");
    await virsh("snapshot-current", domain.uuid, "base");
    const before = await everything(domain);
    const run = await stack.up(program({ triggers: [1] }));
    const reason =
      (await closed("revertExternal")) ??
      `libvirt would delete "${lab("LAB_DIR")}/${domain.uuid}-0.base", which "child" came after: the current snapshot was set by hand`;
    await assertGated(run, reason, domain, before);
  });

  it("holds unsynced writes if it froze the file systems", async () => {
    await start("--agent");
    const quiet = { quiesce: "required" } as const;
    const image = await diskOf(domain);
    await inGuest(domain.name, "echo before >/data/file");
    await succeed(stack.up(program({ triggers: [0] }, quiet)));
    assert.equal((await stack.recorded("base")).outputs["consistency"], "quiesced");
    await inGuest(domain.name, "rm /data/file; sync");
    if ((await closed("revertExternal", "revertExternalRunning")) === undefined) {
      await succeed(stack.up(program({ triggers: [1] }, quiet)));
      assert.equal(await inGuest(domain.name, "cat /data/file"), "before");
      return;
    }
    // The image below the overlay has the state of that moment: another guest boots from it.
    const other = await guest("--off");
    await copyFile(image, await diskOf(other));
    await virsh("start", other.uuid);
    assert.equal(await inGuest(other.name, "cat /data/file"), "before");
  });
});
