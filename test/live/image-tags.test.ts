import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isVirshError } from "../../provider/errors.js";
import { isProvenAbsent } from "../../provider/snapshot/image-tags.js";
import { tagDate } from "../../provider/virsh/files.js";
import { VirshHosts } from "../../provider/virsh/host.js";
import { readSnapshotTable } from "../../provider/virsh/snapshot-table.js";
import { Snapshot } from "../../sdk/index.js";
import { assertDone, assertFailed, TestStack } from "./support/engine.js";
import {
  diskOf,
  guest,
  imageDate,
  imageSnapshots,
  inGuest,
  lab,
  snapshotsOf,
  virsh,
} from "./support/host.js";

describe("internal snapshots as tags in an image", () => {
  it("are never called missing while others are taken and deleted in a loop", async () => {
    const domain = await guest();
    await virsh("snapshot-create-as", domain.uuid, "keep");
    const image = await diskOf(domain);
    const host = new VirshHosts().open({ uri: undefined, timeoutSeconds: 60 });
    const tag = { domainUuid: domain.uuid, image, name: "keep", tried: "look" };
    const deadline = Date.now() + 5000;
    const others = (async () => {
      while (Date.now() < deadline) {
        await virsh("snapshot-create-as", domain.uuid, "other");
        await virsh("snapshot-delete", domain.uuid, "other");
      }
    })();
    const found: unknown[] = [];
    while (Date.now() < deadline) {
      found.push(
        await isProvenAbsent(host, tag).catch((error: unknown) => {
          if (!isVirshError(error, "Busy")) throw error;
          return false;
        }),
      );
    }
    await others;
    assert.ok(found.length > 20, String(found.length));
    assert.deepEqual(new Set(found), new Set([false]));
  });

  it("are all seen in every look at the image itself while QEMU rewrites its table, and as qemu-img shows them", async () => {
    const domain = await guest("--off");
    const names = ["keep", "a b", "ñ日本🙂", "'\"$(x)"];
    for (const name of names) await virsh("snapshot-create-as", domain.uuid, `--name=${name}`);
    const image = await diskOf(domain);
    const limits = { timeoutSeconds: 60, remaining: () => 60_000 };
    const look = async () => (await readSnapshotTable(image, limits))?.map(({ name }) => name);
    const deadline = Date.now() + 3000;
    const others = (async () => {
      while (Date.now() < deadline) {
        await virsh("snapshot-create-as", domain.uuid, "other");
        await virsh("snapshot-delete", domain.uuid, "other");
      }
    })();
    let looks = 0;
    while (Date.now() < deadline) {
      const seen = (await look()) ?? names;
      looks += 1;
      assert.deepEqual(
        names.filter((name) => !seen.includes(name)),
        [],
      );
    }
    await others;
    assert.ok(looks > 200, String(looks));
    await virsh("start", domain.uuid);
    await virsh("snapshot-create-as", domain.uuid, "with-memory");
    const shown = await imageSnapshots(image);
    assert.deepEqual(
      await look(),
      shown.map(({ name }) => name),
    );
    const found = await tagDate(image, "with-memory", limits);
    assert.deepEqual(found, await imageDate(image, "with-memory"));
    assert.notEqual(found.vmClock, "0.000000000");
  });

  for (const kind of ["running", "off"] as const) {
    it(`of a domain that is ${kind}, forgotten by libvirt: the refusal keeps them, and the documented file brings them back`, async () => {
      const domain = await guest(...(kind === "off" ? ["--off"] : []));
      if (kind === "running") await inGuest(domain.name, "then=before");
      await virsh("snapshot-create-as", domain.uuid, "lost");
      await virsh("snapshot-delete", domain.uuid, "lost", "--metadata");
      const image = await diskOf(domain);
      const stack = await TestStack.open();
      const program = (adopt: boolean) => () => ({
        checkpoint: new Snapshot("checkpoint", { domain: domain.name, name: "lost", adopt }),
      });
      try {
        assertFailed(
          await stack.up(program(false)),
          ["create checkpoint"],
          [
            `Unable to take snapshot "lost" of ${domain.name}: name: the image "${image}" holds a snapshot "lost" that ` +
              "libvirt does not know. Nothing was changed. It may be someone's recovery point: choose another name. " +
              `To see what it is: qemu-img info -U "${image}". To have libvirt list it again: virsh snapshot-create ` +
              `${domain.name} FILE --redefine; docs/troubleshooting.md shows the FILE. Only if nobody needs it, remove it ` +
              `while the domain is off: qemu-img snapshot -d "lost" "${image}"`,
          ],
        );
        const [tag] = await imageSnapshots(image);
        const file = join(lab("LAB_DIR"), `${domain.uuid}.again.xml`);
        const words: Record<string, string> = {
          NAME: "lost",
          STATE: kind === "off" ? "shutoff" : "running",
          SECONDS: String(tag?.["date-sec"]),
          MEMORY: kind === "off" ? "no" : "internal",
          DEFINITION: await virsh("dumpxml", "--security-info", domain.uuid),
        };
        const template = await documented();
        await writeFile(
          file,
          template.replaceAll(/\b[A-Z]{4,}\b/g, (word) => words[word] ?? word),
        );
        await virsh("snapshot-create", domain.uuid, file, "--redefine");
        assertDone(await stack.up(program(true)), ["create checkpoint"]);
        if (kind === "running") await inGuest(domain.name, "then=after");
        await virsh("snapshot-revert", domain.uuid, "lost");
        if (kind === "running") assert.equal(await inGuest(domain.name, "echo $then"), "before");
        assertDone(await stack.destroy(), ["delete checkpoint"]);
        assert.deepEqual([await snapshotsOf(domain), await imageSnapshots(image)], [[], []]);
      } finally {
        await stack.close();
      }
    });
  }
});

/** The file that docs/troubleshooting.md shows. */
async function documented(): Promise<string> {
  const text = await readFile(join(__dirname, "../../../docs/troubleshooting.md"), "utf8");
  const [, file = ""] = /<!-- define again -->\s+```xml\n([^]*?)```/.exec(text) ?? [];
  return file;
}
