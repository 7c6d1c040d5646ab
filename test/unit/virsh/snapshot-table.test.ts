import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readImages } from "../../../provider/virsh/images.js";
import { readSnapshotTable } from "../../../provider/virsh/snapshot-table.js";

const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };
/** Two lengths to which a table is filled, and what QEMU itself cuts, replaces or ends at. */
const NAMES = ["a", "a b", "ñ日本🙂", '"q"', "-x", "$(x)", "x".repeat(255), "\t", "\u{7f}", "tail\u{10ffff}"];

describe("the table of snapshots in a qcow2 image", function () {
  this.timeout(60_000);
  let folder: string;
  let image: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "snapshot-table-"));
    image = join(folder, "image");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const qemuImg = (...args: string[]) => execFileSync("qemu-img", args, { stdio: "pipe" });
  const create = (options: string, ...more: string[]) =>
    qemuImg("create", "-q", "-f", "qcow2", "-o", options, ...more, image, "1M");
  const take = (...names: string[]) => names.forEach((name) => qemuImg("snapshot", "-c", name, image));

  /** As qemu-img shows it; `undefined` where it refuses the image. */
  const shown = async () => {
    try {
      const [found] = await readImages(image, { backingChain: false }, LIMITS);
      return found?.snapshots.map(({ id, name, date, dateNanoseconds, exactVmClock }) => ({
        id,
        name,
        date,
        dateNanoseconds,
        exactVmClock,
      }));
    } catch {
      return undefined;
    }
  };

  const variants = ["compat=0.10", "compat=1.1", "cluster_size=512", "cluster_size=2M", "lazy_refcounts=on"];
  for (const options of variants) {
    it(`is read as qemu-img reads it: ${options}`, async () => {
      create(options);
      assert.deepEqual(await readSnapshotTable(image, LIMITS), []);
      take("one");
      assert.deepEqual(await readSnapshotTable(image, LIMITS), await shown());
      take(...NAMES);
      const all = await shown();
      assert.equal(all?.length, 1 + NAMES.length);
      const [last] = NAMES.slice(-1);
      const read = await readSnapshotTable(image, LIMITS);
      // qemu-img does not print every character as it is; then the answer is left to it.
      assert.equal(read, undefined);
      qemuImg("snapshot", "-d", String(last), image);
      assert.deepEqual(await readSnapshotTable(image, LIMITS), await shown());
    });
  }

  it("is read of an image that has another below it", async () => {
    const base = join(folder, "base");
    qemuImg("create", "-q", "-f", "qcow2", base, "1M");
    create("cluster_size=64k", "-b", base, "-F", "qcow2");
    take("x");
    assert.deepEqual(await readSnapshotTable(image, LIMITS), await shown());
    assert.equal((await readSnapshotTable(image, LIMITS))?.length, 1);
  });

  it("is read with three hundred snapshots", async () => {
    create("cluster_size=512");
    take("x");
    const bytes = readFileSync(image);
    const offset = Number(bytes.readBigUInt64BE(64));
    const entry = Buffer.alloc(72, bytes.subarray(offset, offset + 72));
    const table = Buffer.concat(
      Array.from({ length: 300 }, (_, index) => {
        const copy = Buffer.from(entry);
        copy.writeUInt32BE(index, 16);
        return copy;
      }),
    );
    const moved = Math.ceil(bytes.length / 512) * 512;
    bytes.writeUInt32BE(300, 60);
    bytes.writeBigUInt64BE(BigInt(moved), 64);
    writeFileSync(image, Buffer.concat([bytes, Buffer.alloc(moved - bytes.length), table]));
    const read = await readSnapshotTable(image, LIMITS);
    assert.equal(read?.length, 300);
    assert.deepEqual(read, await shown());
  });

  const unknown: [what: string, make: () => void][] = [
    [
      "a folder",
      () => {
        mkdirSync(image);
      },
    ],
    ["a pipe that nobody writes to", () => execFileSync("mkfifo", [image])],
    [
      "an empty file",
      () => {
        writeFileSync(image, "");
      },
    ],
    [
      "a raw image",
      () => {
        writeFileSync(image, Buffer.alloc(8192, "x"));
      },
    ],
    ["a file that does not exist", () => undefined],
    ["an image whose data is in another file", () => create(`data_file=${join(folder, "data")}`)],
    [
      "an image that ends within its table",
      () => {
        create("cluster_size=512");
        take("x");
        truncateSync(image, Number(readFileSync(image).readBigUInt64BE(64)) + 50);
      },
    ],
  ];
  for (const [what, make] of unknown) {
    it(`is left to qemu-img: ${what}`, async () => {
      make();
      assert.equal(await readSnapshotTable(image, LIMITS), undefined);
    });
  }

  it("is never read otherwise than qemu-img reads it, whatever bytes are changed", async () => {
    const originals = ["compat=0.10", "cluster_size=512"].map((options) => {
      const base = join(folder, "base");
      qemuImg("create", "-q", "-f", "qcow2", base, "1M");
      create(options, "-b", base, "-F", "qcow2");
      take("first", "second");
      return readFileSync(image);
    });
    let answers = 0;
    const place = (bytes: Buffer) => {
      const table = Number(bytes.readBigUInt64BE(64));
      return fc.oneof(
        { weight: 3, arbitrary: fc.nat(111) },
        { weight: 2, arbitrary: fc.integer({ min: 104, max: 511 }) },
        { weight: 5, arbitrary: fc.integer({ min: table, max: table + 160 }) },
      );
    };
    const which = fc.nat(originals.length - 1);
    const changes = which.chain((original) => {
      const bytes = originals[original] ?? Buffer.alloc(0);
      const value = fc.oneof(fc.constantFrom(0, 1, 2, 8, 0x7f, 0x80, 0xff), fc.nat(255));
      return fc.record({
        original: fc.constant(original),
        edits: fc.array(fc.tuple(place(bytes), value), { minLength: 1, maxLength: 2 }),
        end: fc.option(fc.nat(bytes.length), { freq: 8 }),
      });
    });
    await fc.assert(
      fc.asyncProperty(changes, async ({ original, edits, end }) => {
        const mutant = Buffer.from(originals[original] ?? []);
        for (const [at, value] of edits) if (at < mutant.length) mutant[at] = value;
        writeFileSync(image, mutant.subarray(0, end ?? undefined));
        const read = await readSnapshotTable(image, LIMITS);
        if (read === undefined) return;
        answers += 1;
        assert.deepEqual(read, await shown());
      }),
      { numRuns: 200 },
    );
    assert.ok(answers > 5, String(answers));
  });
});
