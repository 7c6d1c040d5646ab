import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import type { SnapshotArgs } from "../../sdk/index.js";
import { declare, filesOf, take, type Chain } from "./support/chain.js";
import { succeed, TestStack } from "./support/engine.js";
import { diskOf, guest, imageSnapshots, inGuest, redefine, snapshotsOf, type Guest } from "./support/host.js";
import { closed } from "./support/libvirt.js";
import { bring } from "./support/states.js";

const INTERNAL = {};
const EXTERNAL = { diskOnly: true };
/** The same snapshot, with a trigger that reverts to it. */
const back = (args: Partial<SnapshotArgs>) => ({ ...args, revert: { triggers: ["back"] } });

describe("internal and external snapshots of one domain", function () {
  this.timeout(180_000);
  let domain: Guest;
  let stack: TestStack;
  let filesBefore: string[];

  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  const start = async (...shape: string[]) => {
    domain = await guest(...shape);
    filesBefore = await filesOf(domain);
  };
  const nothingIsLeft = async () => {
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.deepEqual(await filesOf(domain), filesBefore);
    assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);
    await bring(domain, "running");
    assert.equal(await inGuest(domain.name, "echo on"), "on");
  };

  describe("leave nothing after a revert to the internal one and a destroy", () => {
    const chains: Record<string, Chain> = {
      "one external": { a: INTERNAL, b: EXTERNAL },
      "two external": { a: INTERNAL, b: EXTERNAL, c: EXTERNAL },
    };
    for (const [what, chain] of Object.entries(chains)) {
      for (const shape of [[], ["--off"]]) {
        it([what, ...shape].join(" "), async () => {
          await start(...shape);
          await take(stack, domain, chain);
          await succeed(stack.up(declare(domain, { ...chain, a: back(INTERNAL) })));
          await succeed(stack.destroy());
          await nothingIsLeft();
        });
      }
    }
  });

  it("leave no overlay when the external one is deleted, and the domain reverts to the internal one", async () => {
    await start();
    await inGuest(domain.name, "echo first >/data/file; sync");
    await take(stack, domain, { a: INTERNAL, b: EXTERNAL });
    await succeed(stack.up(declare(domain, { a: back(INTERNAL), b: EXTERNAL })));
    await succeed(stack.up(declare(domain, { a: back(INTERNAL) })));
    assert.deepEqual(await filesOf(domain), filesBefore);
    await inGuest(domain.name, "echo second >/data/file; sync");
    await succeed(stack.up(declare(domain, { a: { revert: { triggers: ["again"] } } })));
    assert.equal(await inGuest(domain.name, "cat /data/file"), "first");
    await succeed(stack.destroy());
    await nothingIsLeft();
  });

  it("are named before a revert overwrites what they depend on, and cannot be reverted to afterwards", async () => {
    await start();
    await take(stack, domain, { a: INTERNAL, b: EXTERNAL, i: INTERNAL });
    const pending = declare(domain, { a: back(INTERNAL), b: EXTERNAL, i: INTERNAL });
    const lost = 'the snapshots "b", "i" are lost, because what they depend on is overwritten.';
    for (const run of [await stack.preview(pending), await stack.up(pending)]) {
      assert.deepEqual([run.ok, run.messages.length], [true, 1]);
      assert.ok(run.messages[0]?.endsWith(lost), run.messages[0]);
    }
    const overwritten = `what it captured is overwritten: it depends on "${await diskOf(domain)}"`;
    for (const [name, args] of [
      ["b", EXTERNAL],
      ["i", INTERNAL],
    ] as const) {
      const gate = name === "b" ? await closed("revertExternal", "revertExternalRunning") : undefined;
      const wanted = declare(domain, { a: back(INTERNAL), b: EXTERNAL, i: INTERNAL, [name]: back(args) });
      for (const run of [await stack.preview(wanted), await stack.up(wanted)])
        assert.ok(run.messages.join("\n").includes(gate ?? overwritten), run.messages.join("\n"));
    }
    await bring(domain, "shut off");
    await succeed(stack.destroy());
    await nothingIsLeft();
  });

  it("leave an overlay that another domain uses as its disk, and report it", async () => {
    await start();
    await take(stack, domain, { a: INTERNAL, b: EXTERNAL });
    const overlay = await diskOf(domain);
    await succeed(stack.up(declare(domain, { a: back(INTERNAL), b: EXTERNAL })));
    const rescue = await guest("--off");
    const image = await diskOf(rescue);
    await redefine(rescue, (definition) => definition.replace(image, overlay));
    const { messages } = await succeed(stack.destroy());
    assert.deepEqual(messages, [
      `The overlay "${overlay}" of the deleted snapshot "b" of ${domain.name} is left on the host: domain ${rescue.name} needs it.`,
    ]);
    await access(overlay);
  });

  it("inside the overlay of an external one are not lost with it: it is deleted after them", async () => {
    await start();
    await inGuest(domain.name, "echo first >/data/file; sync");
    await take(stack, domain, { e: EXTERNAL, i: INTERNAL });
    const { ok, messages } = await stack.up(declare(domain, { i: INTERNAL }));
    assert.deepEqual(
      [ok, messages],
      [
        false,
        [
          `Unable to delete snapshot "e" of ${domain.name}: libvirt would merge its overlay into the image below, and "i", taken inside the overlay, would lose its data. Nothing was changed. Delete "i" first.`,
        ],
      ],
    );
    await inGuest(domain.name, "echo second >/data/file; sync");
    await succeed(stack.up(declare(domain, { e: EXTERNAL, i: back(INTERNAL) })));
    assert.equal(await inGuest(domain.name, "cat /data/file"), "first");
    await succeed(stack.destroy());
    await nothingIsLeft();
  });

  it("leave no overlay that a revert made after the domain reverts to an internal one", async () => {
    await start();
    const chain = { e: EXTERNAL, i: INTERNAL };
    await take(stack, domain, chain);
    const run = await stack.up(declare(domain, { ...chain, e: back(EXTERNAL) }));
    assert.equal(run.ok, (await closed("revertExternal", "revertExternalRunning")) === undefined);
    const made = run.ok ? [await diskOf(domain)] : [];
    await succeed(stack.up(declare(domain, { e: run.ok ? back(EXTERNAL) : EXTERNAL, i: back(INTERNAL) })));
    for (const file of made) await access(file);
    await succeed(stack.destroy());
    await nothingIsLeft();
  });
});
