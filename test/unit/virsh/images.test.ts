import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isVirshError, type ErrorKind } from "../../../provider/errors.js";
import type { ImageOptions } from "../../../provider/hypervisor/results.js";
import { readImages } from "../../../provider/virsh/images.js";

const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };

describe("images, as qemu-img describes them", () => {
  let folder: string;
  const path = process.env["PATH"];
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "virsh-images-"))));
  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  const qemuImg = (...args: string[]) => execFileSync("qemu-img", args, { stdio: "pipe" });
  const read = (file: string, options: Partial<ImageOptions> = {}) =>
    readImages(file, { backingChain: true, ...options }, LIMITS);

  async function fails(running: Promise<unknown>, kind: ErrorKind, message: RegExp): Promise<void> {
    await assert.rejects(running, (error) => {
      assert.ok(isVirshError(error, kind), `${kind} expected: ${String(error)}`);
      assert.match(error.message, message);
      return true;
    });
  }

  /** Two images, the upper one on the lower one, which holds a snapshot. */
  function chain(): { upper: string; lower: string } {
    const [upper, lower] = [join(folder, "upper"), join(folder, "lower")];
    qemuImg("create", "-f", "qcow2", lower, "1M");
    qemuImg("snapshot", "-c", "a b", lower);
    qemuImg("create", "-f", "qcow2", "-b", lower, "-F", "qcow2", upper);
    return { upper, lower };
  }

  it("are read with the images below them, and their snapshots", async () => {
    const { upper, lower } = chain();
    const [first, second, ...others] = await read(upper);
    assert.deepEqual(others, []);
    assert.ok(first !== undefined && second !== undefined);
    const { actualSize, ...told } = first;
    assert.deepEqual(told, {
      ...{ file: upper, format: "qcow2", virtualSize: 1024 * 1024, backingFile: lower, snapshots: [] },
    });
    assert.ok(actualSize > 0);
    assert.deepEqual([second.file, second.backingFile], [lower, undefined]);
    const [snapshot] = second.snapshots;
    assert.ok(snapshot !== undefined && Math.abs(snapshot.date - Date.now() / 1000) < 60);
    const { date: _second, dateNanoseconds, ...rest } = snapshot;
    assert.ok(dateNanoseconds >= 0 && dateNanoseconds < 1e9);
    assert.deepEqual(rest, { id: "1", name: "a b", vmStateSize: 0, vmClock: 0, exactVmClock: "0.000000000" });
  });

  it("come alone without backingChain, and then those below need not exist", async () => {
    const { upper, lower } = chain();
    rmSync(lower);
    assert.deepEqual(
      (await read(upper, { backingChain: false })).map(({ file }) => file),
      [upper],
    );
    await fails(
      read(upper),
      "Unexpected",
      /'.*\/lower'.*An image below it may be the cause: backingChain: false/,
    );
  });

  it("are taken for files, whatever their names look like", async () => {
    for (const name of ["-x", "json:{}", "nbd:localhost:1", "a b,c=d", "it's", "é\t\u202e"]) {
      const file = join(folder, name);
      qemuImg("create", "-f", "qcow2", file, "1M");
      assert.deepEqual(
        (await read(file)).map(({ file: told }) => told),
        [file],
      );
    }
  });

  it("are read in the given format, whatever they begin with", async () => {
    const { upper } = chain();
    const [image, ...others] = await read(upper, { format: "raw" });
    assert.deepEqual([image?.format, image?.backingFile, others], ["raw", undefined, []]);
  });

  it("that do not exist are an error of the kind NotFound", async () => {
    await fails(
      read(join(folder, "missing")),
      "NotFound",
      /^Unable to read the image ".*\/missing": there is no such file\.$/,
    );
  });

  it("are not folders: those are an error", async () => {
    await fails(read(folder), "Unexpected", /to be a regular file/);
  });

  const answers: [script: string, kind: ErrorKind, message: RegExp][] = [
    ["echo nonsense", "Unexpected", /: qemu-img did not answer in JSON\.$/],
    ["exit 1", "Unexpected", /: qemu-img failed without a message\./],
    [
      `echo "qemu-img: Could not open '/x': Permission denied" >&2; exit 1`,
      "Denied",
      /Permission denied\. Run/,
    ],
    [
      `echo "qemu-img: Could not open '/y': No such file or directory" >&2; exit 1`,
      "Unexpected",
      /backingChain/,
    ],
  ];
  for (const [script, kind, message] of answers) {
    it(`cause an error after ${script}`, async () => {
      writeFileSync(join(folder, "qemu-img"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, "qemu-img"), 0o700);
      process.env["PATH"] = [folder, path].join(delimiter);
      await fails(read("/x"), kind, message);
    });
  }

  it("cannot be read without qemu-img, and the error says what to install", async () => {
    process.env["PATH"] = folder;
    await fails(read("/x"), "Unreachable", /qemu-img was not found\. Install the package qemu-utils/);
  });
});
