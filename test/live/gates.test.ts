import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertFailed, succeed, TestStack } from "./support/engine.js";
import {
  diskOf,
  guest,
  imageSnapshots,
  inGuest,
  lab,
  output,
  redefine,
  snapshotsOf,
  virsh,
  type Guest,
} from "./support/host.js";
import { closed } from "./support/libvirt.js";
import { stateOf } from "./support/states.js";

/**
 * What depends on the libvirt version, tested on the side of the gate that this daemon is on. The gates of reverts to
 * external snapshots are in external.test.ts.
 */
describe("a version gate refuses, with nothing changed, or allows", () => {
  let domain: Guest;
  let stack: TestStack;
  const program =
    (args: Partial<SnapshotArgs> = {}) =>
    () => ({
      taken: new Snapshot("taken", { domain: domain.name, ...args }),
    });

  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  /** Asserts that the create is refused for this reason, with the domain as it was. */
  async function assertRefused(args: Partial<SnapshotArgs>, property: string, reason: string): Promise<void> {
    const state = await stateOf(domain);
    const run = await stack.up(program(args));
    const [told = "", ...others] = run.messages;
    assertFailed(run, ["create taken"], [told]);
    assert.deepEqual(others, []);
    const { name = "taken" } = args as { name?: string };
    const start = `Unable to take snapshot "${name}" of ${domain.name}: ${property}: ${reason}. Nothing was changed. `;
    assert.ok(told.startsWith(start), told);
    assert.deepEqual([await snapshotsOf(domain), await stateOf(domain)], [[], state]);
    assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);
  }

  it("any name for an internal snapshot of a running domain", async () => {
    domain = await guest();
    const reason = await closed("internalRunningAnyName");
    if (reason !== undefined) {
      await assertRefused({ name: "instantánea 1" }, "name", reason);
    } else {
      await succeed(stack.up(program({ name: "instantánea 1" })));
      assert.deepEqual(await snapshotsOf(domain), ["instantánea 1"]);
      await succeed(stack.destroy());
    }
    await succeed(stack.up(program({ name: "Az.0-9_" })));
    assert.deepEqual(await snapshotsOf(domain), ["Az.0-9_"]);
  });

  it("deleting an external snapshot after a revert to an internal one below it", async () => {
    domain = await guest("--off");
    const image = await diskOf(domain);
    await virsh("snapshot-create-as", domain.uuid, "inside");
    await succeed(stack.up(program({ diskOnly: true })));
    await virsh("snapshot-revert", domain.uuid, "inside");
    // Where libvirt would delete the image as well, only the metadata is deleted; the overlay goes either way.
    await succeed(stack.destroy());
    assert.deepEqual(await snapshotsOf(domain), ["inside"]);
    assert.equal(await diskOf(domain), image);
    assert.deepEqual(
      (await imageSnapshots(image)).map(({ name }) => name),
      ["inside"],
    );
    await virsh("start", domain.uuid);
    await inGuest(domain.name, "ls /data");
  });

  describe("an internal snapshot of a domain with firmware in flash", () => {
    /** Gives the domain a flash, with its variables in a file of this format; returns that file. */
    async function withFlash(format: "raw" | "qcow2", template?: string): Promise<string> {
      const [code, variables] = ["code", `variables.${format}`].map((name) =>
        join(lab("LAB_DIR"), `${domain.uuid}.${name}`),
      ) as [string, string];
      // libvirt ignores the content and detects UEFI by the flash; this firmware boots.
      await copyFile("/usr/share/seabios/bios-256k.bin", code);
      await output("qemu-img", "create", "-f", format, variables, "256K");
      await output("chown", "--reference", lab("LAB_DIR"), variables);
      const attributes =
        (template === undefined ? "" : ` template='${template}'`) +
        (format === "raw" ? "" : ` format='${format}'`);
      const nvram = `<nvram${attributes}>${variables}</nvram>`;
      const flash = `<loader readonly='yes' type='pflash'>${code}</loader>${nvram}`;
      await redefine(domain, (xml) => xml.replace(/<(loader|nvram)[^]*<\/nvram>|(?=<kernel>)/, flash));
      return variables;
    }

    it("while it is off", async () => {
      domain = await guest("--off");
      await withFlash("raw");
      const reason = await closed("internalEfi");
      if (reason !== undefined) {
        await assertRefused({}, "domain", reason);
        return;
      }
      await succeed(stack.up(program({ revert: { triggers: [0] } })));
      assert.deepEqual(await snapshotsOf(domain), ["taken"]);
      await succeed(stack.up(program({ revert: { triggers: [1] } })));
      await succeed(stack.destroy());
      assert.deepEqual(await imageSnapshots(await diskOf(domain)), []);
    });

    it("and a revert to it with resetNvram, which copies the variables from their template again", async () => {
      domain = await guest("--off");
      const template = join(lab("LAB_DIR"), `${domain.uuid}.template`);
      await writeFile(template, Buffer.alloc(256 * 1024, "template"));
      // Without such firmware there is nothing to reset, and nothing prevents the revert.
      const possible = (await closed("internalEfi")) === undefined;
      const variables = possible ? await withFlash("raw", template) : undefined;
      await succeed(stack.up(program({ revert: { triggers: [0] } })));
      if (variables !== undefined) await writeFile(variables, Buffer.alloc(256 * 1024, "variables"));
      for (const [resetNvram, content] of [
        [false, "variables"],
        [true, "template"],
      ] as const) {
        await succeed(stack.up(program({ revert: { triggers: [content], to: "running", resetNvram } })));
        assert.equal(await virsh("domstate", domain.uuid), "running");
        if (variables !== undefined)
          assert.ok((await readFile(variables, "latin1")).startsWith(content), content);
      }
      await succeed(stack.destroy());
    });

    it("while it runs, with its variables in qcow2 and in no other format", async () => {
      domain = await guest("--off");
      const reason = await closed("internalEfi", "internalEfiRunning");
      await withFlash("raw");
      await virsh("start", domain.uuid);
      await inGuest(domain.name, "kept=yes");
      if (reason !== undefined) {
        await assertRefused({}, "domain", reason);
        return;
      }
      await assertRefused({}, "domain", "the firmware's variables (NVRAM) are not in qcow2");
      await virsh("destroy", domain.uuid);
      await withFlash("qcow2");
      await virsh("start", domain.uuid);
      await inGuest(domain.name, "kept=yes");
      await succeed(stack.up(program({ revert: { triggers: [0] } })));
      await inGuest(domain.name, "kept=no");
      await succeed(stack.up(program({ revert: { triggers: [1] } })));
      assert.equal(await inGuest(domain.name, "echo $kept"), "yes");
      await succeed(stack.destroy());
    });
  });
});
