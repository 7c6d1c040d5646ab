import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isVirshError } from "../../../provider/errors.js";
import {
  fileMode,
  freeBytes,
  imageFiles,
  isLocked,
  readTags,
  removeFile,
  setFileMode,
} from "../../../provider/virsh/files.js";

const LIMITS = { timeoutSeconds: 30, remaining: () => 30_000 };

describe("files of a host that is this machine", () => {
  let folder: string;
  const path = process.env["PATH"];
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "virsh-files-"))));
  afterEach(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  const qemuImg = (...args: string[]) => execFileSync("qemu-img", args, { stdio: "pipe" });

  it("show the tags in an image, whatever its name and theirs", async () => {
    const image = join(folder, "a b,=:1.qcow2");
    qemuImg("create", "-f", "qcow2", image, "1M");
    assert.deepEqual(await readTags(image, LIMITS), []);
    for (const tag of ["a b", "ñ日本🙂", '"q"']) qemuImg("snapshot", "-c", tag, image);
    assert.deepEqual(await readTags(image, LIMITS), ["a b", "ñ日本🙂", '"q"']);
  });

  it("show no tags in a raw image", async () => {
    const image = join(folder, "raw");
    qemuImg("create", "-f", "raw", image, "1M");
    assert.deepEqual(await readTags(image, LIMITS), []);
  });

  it("show no list of tags where the image does not exist", async () => {
    assert.equal(await readTags(join(folder, "missing"), LIMITS), undefined);
  });

  it("show the backing chain of an image, by real paths", async () => {
    const [base, top, link] = ["base", "top", "link"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    qemuImg("create", "-f", "qcow2", base, "1M");
    symlinkSync(base, link);
    qemuImg("create", "-f", "qcow2", "-b", link, "-F", "qcow2", top);
    const [realBase, realTop] = [realpathSync(base), realpathSync(top)];
    assert.deepEqual(await imageFiles(top, "qcow2", LIMITS), [realTop, realBase]);
    assert.deepEqual(await imageFiles(link, undefined, LIMITS), [realBase]);
    assert.deepEqual(await imageFiles(top, "raw", LIMITS), [realTop]);
    rmSync(base);
    assert.equal(await imageFiles(top, "qcow2", LIMITS), undefined);
    assert.deepEqual(await imageFiles(base, "qcow2", LIMITS), []);
    assert.equal(await imageFiles(join(top, "no folder"), "qcow2", LIMITS), undefined);
  });

  it("show their permissions, which can be narrowed", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    assert.equal(await fileMode(file), 0o644);
    assert.equal(await setFileMode(file, 0o600), true);
    assert.equal(await fileMode(file), 0o600);
    assert.equal(await fileMode(join(folder, "missing")), undefined);
    assert.equal(await setFileMode(join(folder, "missing"), 0o600), false);
  });

  it("show whether a process works on an image", async () => {
    const image = join(folder, "image");
    qemuImg("create", "-f", "qcow2", image, "1M");
    assert.equal(await isLocked(image, LIMITS), false);
    assert.equal(await isLocked(join(folder, "missing"), LIMITS), undefined);
    const nbd = spawn("qemu-nbd", ["--socket", join(folder, "s"), "--format=qcow2", "--persistent", image], {
      stdio: "ignore",
    });
    try {
      while (!existsSync(join(folder, "s"))) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(await isLocked(image, LIMITS), true);
    } finally {
      nbd.kill();
    }
  });

  it("show as many free bytes as df, also for a file that does not exist yet", async () => {
    const [, available] = execFileSync("df", ["--block-size=1", "--output=avail", folder])
      .toString()
      .split("\n");
    const free = await freeBytes(join(folder, "not there yet"));
    // Other processes may write to that file system at the same time.
    assert.ok(Math.abs((free ?? 0) - Number(available)) < 1024 ** 3, `${free ?? ""} and ${available ?? ""}`);
  });

  it("show no free bytes where the folder does not exist", async () => {
    assert.equal(await freeBytes(join(folder, "missing", "file")), undefined);
  });

  it("are an error where an image is broken", async () => {
    const image = join(folder, "broken.qcow2");
    writeFileSync(image, Buffer.concat([Buffer.from("QFI\xfb", "latin1"), Buffer.alloc(8, 255)]));
    await assert.rejects(
      readTags(image, LIMITS),
      (error) =>
        isVirshError(error, "Unexpected") &&
        error.message.startsWith(`Unable to read the image ${JSON.stringify(image)}: Could not open `),
    );
  });

  /** Puts a qemu-img first on the path that does what `script` says. */
  function pretend(script: string): void {
    writeFileSync(join(folder, "qemu-img"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "qemu-img"), 0o700);
    process.env["PATH"] = [folder, path].join(delimiter);
  }

  const answers: [script: string, tags: string[] | undefined | RegExp][] = [
    ["echo '{}'", []],
    [`echo '{"snapshots": [{"name": "x"}]}'`, ["x"]],
    ["echo nonsense", /: qemu-img did not answer in JSON\.$/],
    ["echo '[null]'", /: qemu-img did not answer in JSON\.$/],
    ["exit 1", /: qemu-img failed without a message\.$/],
    ["echo 'qemu-img: no image' >&2; exit 1", /: no image\.$/],
    [`echo "qemu-img: Could not open '/x': Permission denied" >&2; exit 1`, undefined],
  ];
  for (const [script, expected] of answers) {
    it(`are read from what qemu-img prints: ${script}`, async () => {
      pretend(script);
      const reading = readTags("/x", LIMITS);
      if (expected instanceof RegExp) await assert.rejects(reading, expected);
      else assert.deepEqual(await reading, expected);
    });
  }

  it("have unknown tags on a machine without qemu-img", async () => {
    process.env["PATH"] = folder;
    assert.equal(await readTags("/x", LIMITS), undefined);
  });

  it("are removed", async () => {
    const file = join(folder, "memory, 1");
    writeFileSync(file, "");
    assert.equal(await removeFile(file), true);
    assert.equal(existsSync(file), false);
  });

  it("that do not exist count as removed", async () => {
    assert.equal(await removeFile(join(folder, "missing")), true);
  });

  it("are not folders: removing one fails and leaves it there", async () => {
    mkdirSync(join(folder, "d"));
    assert.equal(await removeFile(join(folder, "d")), false);
    assert.equal(existsSync(join(folder, "d")), true);
  });
});
