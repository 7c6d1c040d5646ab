import assert from "node:assert/strict";
import { chmod, stat } from "node:fs/promises";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack } from "./support/engine.js";
import { diskOf, guest, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { closed, isAtLeast } from "./support/libvirt.js";

describe("the overlays of a domain that is off", () => {
  let domain: Guest;
  let stack: TestStack;
  const program =
    (args: Partial<SnapshotArgs> = {}) =>
    () => ({
      checkpoint: new Snapshot("checkpoint", { domain: domain.name, name: "a", diskOnly: true, ...args }),
    });
  /** Overlays by hand, which need no metadata. */
  const grow = async (overlays: number) => {
    for (let n = 1; n <= overlays; n += 1) {
      const name = `by-hand-${Date.now()}-${n}`;
      await virsh("snapshot-create-as", domain.uuid, name, "--disk-only", "--no-metadata");
    }
  };
  const mode = async (file: string) => (await stat(file)).mode & 0o777;

  beforeEach(async () => {
    domain = await guest("--off");
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("get no wider mode than the image below them", async () => {
    const image = await diskOf(domain);
    await chmod(image, 0o600);
    const run = await stack.up(program());
    const overlay = await diskOf(domain);
    assert.notEqual(overlay, image);
    assert.equal(await mode(overlay), 0o600);
    const line =
      `The overlay "${overlay}" of snapshot "a" had mode 0644, wider than the image below it (0600), and has 0600 now ` +
      "(CVE-2025-13193).";
    // Debian corrected it in its 11.3.
    assertDone(run, ["create checkpoint"], (await isAtLeast("11.3.0")) ? [] : [line]);
    await virsh("start", domain.uuid);
  });

  it("are refused where libvirt could not start the domain with one more, and announced before", async () => {
    const reason = await closed("deepChains");
    // 25 images, with the domain's own.
    await grow(24);
    const refusal =
      `disks: the chain of disk vda has 25 images already, and ${reason ?? ""}. Nothing was changed. ` +
      "Delete external snapshots that you no longer need, which merges their overlays, upgrade the host to libvirt 12.0, " +
      "or take an internal snapshot.";
    if (reason === undefined) {
      assertDone(await stack.up(program()), ["create checkpoint"]);
    } else {
      assertFailed(
        await stack.up(program()),
        ["create checkpoint"],
        [`Unable to take snapshot "a" of ${domain.name}: ${refusal}`],
      );
      assert.deepEqual(await snapshotsOf(domain), []);
      const { messages } = await stack.preview(program());
      assert.match(messages.join("\n"), /would fail: disks: the chain of disk vda has 25 images already/);
    }
    await virsh("start", domain.uuid);
    if (reason === undefined) return;
    // The same for a running domain, which libvirt itself lets grow on.
    const { messages } = await stack.up(program());
    assert.deepEqual(messages, [`Unable to take snapshot "a" of ${domain.name}: ${refusal}`]);
  });

  it("are announced by a preview shortly before", async () => {
    const reason = await closed("deepChains");
    await grow(20);
    const { messages } = await stack.preview(program());
    const line =
      `Snapshot "a" of ${domain.name} makes the chain of disk vda 22 images long, and ${reason ?? ""}. ` +
      "Delete external snapshots that you no longer need, which merges their overlays.";
    assert.deepEqual(messages, reason === undefined ? [] : [line]);
  });
});
