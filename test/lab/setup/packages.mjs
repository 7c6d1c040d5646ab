import { access } from "node:fs/promises";
import { SetupError, task } from "./progress.mjs";
import { run, which } from "../run.mjs";

/** What of each Debian package the laboratory uses; where one is missing the package is. */
const NEEDED = {
  "libvirt-daemon-system": "libvirtd",
  "libvirt-daemon-driver-qemu": "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so",
  "libvirt-clients": "virsh",
  "qemu-system-x86": "qemu-system-x86_64",
  "qemu-utils": "qemu-img",
  cpio: "cpio",
  e2fsprogs: "mke2fs",
};

const SYSTEM_PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Installs the Debian packages that are missing. */
export async function packages() {
  const missing = [];
  for (const [name, part] of Object.entries(NEEDED)) {
    const found = part.startsWith("/") ? await exists(part) : (await which(part, SYSTEM_PATH)) !== undefined;
    if (!found) missing.push(name);
  }
  if (missing.length > 0) await install(missing);
}

/** @param {readonly string[]} names */
async function install(names) {
  const command = ["apt-get", "install", "-y", "--no-install-recommends", ...names];
  const prefix = await becomeRoot();
  if ((await which("apt-get")) === undefined || prefix === undefined) {
    throw new SetupError(
      `The laboratory needs these programs: ${names.join(", ")}.\nInstall them with: sudo ${command.join(" ")}`,
    );
  }
  const asRoot = (/** @type {string[]} */ args) =>
    run(prefix[0] ?? args[0], [...prefix.slice(1), ...(prefix.length > 0 ? args : args.slice(1))], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  await task({ what: `installing Debian packages ${names.join(" ")}`, why: "a hypervisor to test on", seconds: 60 }, async () => {
    // A package list may be missing or too old to be served; one that is good costs a second.
    await asRoot(["apt-get", "update"]);
    await asRoot(command);
  });
}

/** The words to put before a command that root has to run; `undefined` when there is no way. */
async function becomeRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = await which("sudo");
  if (sudo === undefined) return undefined;
  return run(sudo, ["-n", "true"]).then(() => [sudo, "-n"], () => undefined);
}

/** @param {string} file */
export function exists(file) {
  return access(file).then(() => true, () => false);
}
