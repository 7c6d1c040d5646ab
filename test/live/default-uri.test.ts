import assert from "node:assert/strict";
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, succeed, TestStack } from "./support/engine.js";
import { diskOf, guest, lab, output, virsh } from "./support/host.js";
import { isAtLeast } from "./support/libvirt.js";
import { OtherDaemon } from "./support/other-daemon.js";

const NAME = `far-${process.pid}`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/**
 * A virsh that comes first on PATH and reads the libvirt.conf of an ordinary user: root has only that of the machine.
 * The environment of the laboratory, which names its own daemon, is left out.
 */
async function virshWith(conf: string): Promise<{ folder: string; env: Record<string, string> }> {
  const folder = await mkdtemp(join(lab("LAB_DIR"), "user-"));
  await mkdir(join(folder, "libvirt"));
  await writeFile(join(folder, "libvirt/libvirt.conf"), conf);
  const real = (await output("which", "virsh")).trim();
  const { uid, gid } = await stat(lab("LAB_DIR"));
  const as = process.getuid?.() === 0 ? `setpriv --reuid=${uid} --regid=${gid} --clear-groups` : "";
  const names = ["VIRSH_DEFAULT_CONNECT_URI", "LIBVIRT_DEFAULT_URI"];
  const unset = names.map((name) => `-u ${name}`).join(" ");
  await writeFile(
    join(folder, "virsh"),
    `#!/bin/sh\nexec ${as} env ${unset} HOME='${folder}' XDG_CONFIG_HOME='${folder}' '${real}' "$@"\n`,
  );
  await chmod(folder, 0o755);
  await chmod(join(folder, "virsh"), 0o755);
  const env = Object.fromEntries(names.map((name) => [name, ""]));
  return { folder, env: { ...env, PATH: `${folder}:${process.env["PATH"] ?? ""}` } };
}

describe("without a uri, where uri_default in libvirt.conf leads to another machine", () => {
  let other: OtherDaemon;
  let user: Awaited<ReturnType<typeof virshWith>>;
  let stack: TestStack;
  let image: string;
  let uri: string;

  before(async () => {
    const port = await freePort();
    // What libvirt reaches by TCP is another machine, as far as anybody can tell.
    other = await OtherDaemon.start({
      settings: [
        "listen_tls = 0",
        "listen_tcp = 1",
        'listen_addr = "127.0.0.1"',
        `tcp_port = "${port}"`,
        'auth_tcp = "none"',
      ],
      arguments_: ["--listen"],
    });
    uri = `qemu+tcp://127.0.0.1:${port}/session`;
    const template = await guest("--off");
    const original = await diskOf(template);
    image = `${original}.far`;
    await copyFile(original, image);
    const { uid, gid } = await stat(lab("LAB_DIR"));
    await chown(image, uid, gid);
    const definition = join(lab("LAB_DIR"), `${NAME}.xml`);
    await writeFile(
      definition,
      `<domain type='qemu'><name>${NAME}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu><os><type>hvm</type></os>` +
        `<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${image}'/>` +
        "<target dev='vda' bus='virtio'/></disk></devices></domain>",
    );
    await virsh(`--connect=${uri}`, "define", definition);
    user = await virshWith(`uri_default = "${uri}"\nuri_aliases = [ "far=${uri}" ]\n`);
    stack = await TestStack.open(user.env);
  });
  after(async () => {
    await stack.close();
    await virsh(`--connect=${uri}`, "destroy", NAME).catch(() => undefined);
    await other.stop();
  });

  const program = (args: Partial<SnapshotArgs>) => () => ({
    a: new Snapshot("a", { domain: NAME, ...args }),
  });

  for (const by of [{}, { uri: "far" }]) {
    const way = "uri" in by ? "alias" : "default";
    it(`keeps a local file of the path of a memory file, by ${way}`, async function () {
      // Later versions delete the memory file themselves.
      if (await isAtLeast("10.0.0")) this.skip();
      await virsh(`--connect=${uri}`, "start", NAME);
      const file = join(lab("LAB_DIR"), `${NAME}.${way}.mem`);
      const memory = { snapshot: "external", file } as const;
      const disks = [{ name: "vda", snapshot: "external", file: `${file}.overlay` } as const];
      await succeed(stack.up(program({ ...by, memory, disks })));
      // As if the memory file were on the other machine, and this one had another file of that path.
      await writeFile(file, "mine");
      const { messages } = await succeed(stack.destroy());
      assert.deepEqual(messages, [
        `The memory file ${JSON.stringify(file)} of the deleted snapshot "a" is left on the host, and cannot be removed from here.`,
      ]);
      assert.equal(await readFile(file, "utf8"), "mine");
      await virsh(`--connect=${uri}`, "destroy", NAME);
    });
  }

  it("takes no tag in a local image for one of that machine", async () => {
    // Only a local image of that path would have it.
    await output("qemu-img", "snapshot", "-c", "tagged", image);
    assertDone(await stack.preview(program({ name: "tagged" })), ["create a"]);
  });

  it("records where the default leads", async () => {
    await succeed(stack.up(program({ name: "b" })));
    const { outputs } = await stack.recorded("a");
    assert.equal((outputs["host"] as { uri: string }).uri, uri);
    await succeed(stack.destroy());
  });
});

describe("the environment's default URI", () => {
  it("is checked as the input is, and nothing runs", async () => {
    const ran = join(lab("LAB_DIR"), "ran");
    const bad = `qemu+ssh://host/system?command=/usr/bin/touch&password=hunter2`;
    for (const variable of ["VIRSH_DEFAULT_CONNECT_URI", "LIBVIRT_DEFAULT_URI"]) {
      const stack = await TestStack.open({
        VIRSH_DEFAULT_CONNECT_URI: "",
        LIBVIRT_DEFAULT_URI: "",
        [variable]: bad,
      });
      const { ok, messages } = await stack.up(() => ({ a: new Snapshot("a", { domain: "d" }) }));
      assert.equal(ok, false);
      const text = messages.join("\n");
      assert.match(
        text,
        new RegExp(
          `Unable to use ${variable} "qemu\\+ssh://host/system\\?\\*\\*\\*&\\*\\*\\*": the parameter command`,
        ),
      );
      assert.doesNotMatch(text, /hunter2/);
      await assert.rejects(stat(ran));
      await stack.close();
    }
  });
});

describe("a setting of sessions that is no number", () => {
  it("fails the update, and says which setting, what is wrong with it and what would work", async () => {
    const stack = await TestStack.open();
    await stack.configure("virsh:sessions", "many");
    const { ok, messages } = await stack.up(() => ({ one: new Snapshot("one", { domain: "any" }) }));
    assert.equal(ok, false);
    assert.match(
      messages.join("\n"),
      /Unable to use virsh:sessions "many": it is not a whole number from 0 to 20\./,
    );
    await stack.close();
  });
});
