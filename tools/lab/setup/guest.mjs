import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { cached } from "./cache.mjs";
import { SetupError, task } from "./progress.mjs";
import { run } from "../run.mjs";

const source = new URL("../guest/", import.meta.url).pathname;
const MODULES = [
  "virtio",
  "virtio_ring",
  "virtio_pci",
  "virtio_pci_legacy_dev",
  "virtio_pci_modern_dev",
  "virtio_blk",
  "virtio_console",
];
const DISK_MIB = 64;

/**
 * The folder with the files of every guest: `vmlinuz` and `initramfs` from Debian's own packages, and `disk.qcow2` with
 * an empty ext4 file system.
 */
export async function guestFiles() {
  const recipe = await Promise.all(
    [join(source, "init"), join(source, "shell"), new URL(import.meta.url).pathname].map((file) =>
      readFile(file, "utf8"),
    ),
  );
  return cached("guest", recipe, (folder) =>
    task(
      {
        what: "making the guest from Debian's kernel, busybox and guest agent",
        why: "done once and cached",
        seconds: 15,
      },
      async () => {
        const work = await mkdtemp(join(tmpdir(), "pulumi-virsh-guest-"));
        try {
          const unpacked = await unpack(work);
          await copyFile(await only(join(unpacked, "boot"), "vmlinuz-"), join(folder, "vmlinuz"));
          await writeFile(join(folder, "initramfs"), await initramfs(unpacked, join(work, "root")));
          await disk(work, join(folder, "disk.qcow2"));
          for (const file of await readdir(folder)) await chmod(join(folder, file), 0o644);
        } finally {
          await rm(work, { recursive: true, force: true });
        }
      },
    ),
  );
}

/** Downloads the packages and unpacks them without installing anything. @param {string} work */
async function unpack(work) {
  const dependencies = await run("apt-cache", ["depends", "linux-image-cloud-amd64"]);
  const kernel = /Depends: (linux-image-\S+-cloud-amd64)/.exec(dependencies.toString())?.[1];
  const next = "If the package lists are missing or old: sudo apt-get update";
  if (kernel === undefined) throw new SetupError(`apt does not know linux-image-cloud-amd64.\n${next}`);
  const target = join(work, "unpacked");
  await run("apt-get", ["download", kernel, "busybox-static", "qemu-guest-agent"], { cwd: work, next });
  for (const file of await readdir(work)) {
    if (file.endsWith(".deb")) await run("dpkg-deb", ["-x", join(work, file), target]);
  }
  return target;
}

/** @param {string} unpacked @param {string} root */
async function initramfs(unpacked, root) {
  await mkdir(join(root, "bin"), { recursive: true });
  await copyFile(join(unpacked, "bin/busybox"), join(root, "bin/busybox"));
  await modules(join(unpacked, "lib/modules"), join(root, "modules"));
  await agent(join(unpacked, "usr/sbin/qemu-ga"), root);
  for (const file of ["init", "shell"]) await copyFile(join(source, file), join(root, file));
  await chmod(join(root, "init"), 0o755);
  const files = (await readdir(root, { recursive: true })).sort().join("\n");
  return gzipSync(
    await run("cpio", ["--create", "--quiet", "--format=newc", "--owner=+0:+0"], { cwd: root, input: files }),
    { level: 1 },
  );
}

/** @param {string} from @param {string} to */
async function modules(from, to) {
  await mkdir(to);
  const files = await readdir(from, { recursive: true });
  for (const module of MODULES) {
    const file = files.find((name) => name.endsWith(`/${module}.ko`) || name.endsWith(`/${module}.ko.xz`));
    // Newer kernels have some of them built in.
    if (file === undefined) continue;
    await copyFile(join(from, file), join(to, `${module}${file.endsWith(".xz") ? ".ko.xz" : ".ko"}`));
    if (file.endsWith(".xz")) await run("xz", ["-d", join(to, `${module}.ko.xz`)]);
  }
}

/** Debian's guest agent, with the libraries of this machine, which came with the hypervisor's packages. @param {string} program @param {string} root */
async function agent(program, root) {
  await mkdir(join(root, "usr/sbin"), { recursive: true });
  await copyFile(program, join(root, "usr/sbin/qemu-ga"));
  const libraries = [...(await run("ldd", [program])).toString().matchAll(/(\/\S+) \(0x/g)].map(
    ([, file]) => /** @type {string} */ (file),
  );
  for (const file of libraries) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await copyFile(file, join(root, file));
  }
}

/** @param {string} work @param {string} target */
async function disk(work, target) {
  const raw = join(work, "disk.raw");
  await run("mke2fs", ["-q", "-t", "ext4", "-E", "root_owner=0:0", raw, `${DISK_MIB}M`], {
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  });
  await run("qemu-img", ["convert", "-O", "qcow2", raw, target]);
}

/** @param {string} folder @param {string} prefix */
async function only(folder, prefix) {
  const name = (await readdir(folder)).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new SetupError(`the kernel package has no ${prefix}*`);
  return join(folder, name);
}
