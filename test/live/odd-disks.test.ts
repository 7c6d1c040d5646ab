import assert from "node:assert/strict";
import { chmod, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { getDomain, Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertPossible } from "./support/attempts.js";
import { TestStack } from "./support/engine.js";
import { diskOf, guest, lab, output, redefine, snapshotsOf, virsh, type Guest } from "./support/host.js";

/** What a disk can be beside a file. */
type Kind = "missing" | "network" | "block";

describe("the snapshots of a domain with a disk that is no present file", () => {
  let stack: TestStack;
  const undo: (() => Promise<unknown>)[] = [];

  before(async () => {
    stack = await TestStack.open();
  });
  afterEach(async () => {
    for (const each of undo.splice(0).reverse()) await each();
  });
  after(() => stack.close());

  const big = () => join(lab("LAB_DIR"), `odd-${process.pid}.img`);

  /** An image with room behind it, because a device cannot grow when a snapshot is written into it. */
  async function roomy(): Promise<string> {
    const image = big();
    undo.push(() => rm(image, { force: true }));
    await output("qemu-img", "create", "-q", "-f", "raw", image, "300M");
    return image;
  }

  /** The device of an image; `undefined` where this machine has none to give. */
  async function device(): Promise<string | undefined> {
    const found = await output("losetup", "--find", "--show", await roomy()).catch(() => undefined);
    if (found === undefined) return undefined;
    const loop = found.trim();
    undo.push(() => output("losetup", "--detach", loop));
    await output("qemu-img", "create", "-q", "-f", "qcow2", loop, "32M");
    await chmod(loop, 0o666);
    return loop;
  }

  /** The socket of a server for a raw image. */
  async function server(): Promise<string> {
    const [socket, pid] = [`${big()}.nbd`, `${big()}.pid`];
    await output(
      "qemu-nbd",
      "--persistent",
      "--fork",
      "-f",
      "raw",
      "-x",
      "x",
      "-k",
      socket,
      "--pid-file",
      pid,
      await roomy(),
    );
    undo.push(async () => {
      process.kill(Number(await readFile(pid, "utf8")), "SIGTERM");
      await rm(pid, { force: true });
    });
    await chmod(socket, 0o666);
    return socket;
  }

  /** A guest that is off, with such a disk; `undefined` where this machine cannot have one. */
  async function guestOn(kind: Kind): Promise<Guest | undefined> {
    const domain = await guest("--off");
    const file = await diskOf(domain);
    if (kind === "missing") {
      await rm(file);
      return domain;
    }
    const source = kind === "block" ? await device() : await server();
    if (source === undefined) return undefined;
    const element =
      kind === "block"
        ? `<source dev='${source}'/>`
        : `<source protocol='nbd' name='x'><host transport='unix' socket='${source}'/></source>`;
    await redefine(domain, (xml) =>
      xml
        .replace("<disk type='file'", `<disk type='${kind}'`)
        .replace(/<source file='[^']*'\/>/, element)
        .replace("type='qcow2'", `type='${kind === "block" ? "qcow2" : "raw"}'`),
    );
    return domain;
  }

  const FOUND: [kind: Kind, running: boolean, asked: Omit<SnapshotArgs, "domain">, line: RegExp][] = [
    ["missing", false, {}, /disks: the image of disk vda, ".*", does not exist\. .*Put the image back/],
    ["missing", false, { diskOnly: true }, /disks: the image of disk vda, ".*", does not exist/],
    [
      "network",
      false,
      {},
      /disks: disk vda is a network disk, .* while the domain is off\. .*Start the domain first\./,
    ],
    [
      "network",
      true,
      { diskOnly: true },
      /disks: disk vda is a network disk, for whose overlay .*Name the file: /,
    ],
    [
      "block",
      false,
      { diskOnly: true },
      /disks: disk vda is a block device, for whose overlay .*Name the file: /,
    ],
    ["block", true, { diskOnly: true }, /disks: disk vda is a block device, for whose overlay /],
  ];
  for (const [kind, running, asked, line] of FOUND) {
    const state = running ? "running" : "off";
    const inputs = JSON.stringify(asked).slice(1, -1);
    it(`${kind}, ${state}${inputs && `, ${inputs}`}: getDomain and the preview report what libvirt answers`, async function () {
      const domain = await guestOn(kind);
      if (domain === undefined) return this.skip();
      if (running) await virsh("start", domain.uuid);
      const told = await getDomain({ domain: domain.name });
      const { ok, messages } = await stack.preview(() => {
        new Snapshot("checkpoint", { domain: domain.name, ...asked });
        return {};
      });
      assert.deepEqual([ok, messages.length], [true, 1], messages.join("\n"));
      assert.match(messages[0] ?? "", line);
      await assertPossible(domain, running, told);
    });
  }

  it("is taken of a running network disk into an overlay that the program names", async () => {
    const domain = (await guestOn("network")) ?? assert.fail();
    await virsh("start", domain.uuid);
    const file = `${big()}.overlay`;
    const program = () => {
      new Snapshot("checkpoint", {
        domain: domain.name,
        diskOnly: true,
        disks: [{ name: "vda", snapshot: "external", file }],
      });
      return {};
    };
    assert.deepEqual((await stack.up(program)).messages, []);
    assert.deepEqual(await snapshotsOf(domain), ["checkpoint"]);
    await stack.destroy();
    await virsh("destroy", domain.uuid);
  });
});
