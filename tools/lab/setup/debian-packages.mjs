import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { say, SetupError, task } from "./progress.mjs";
import { exists, run, which } from "../run.mjs";
import { interruption } from "../signals.mjs";

/**
 * What the laboratory uses of each Debian package; if that is missing, the package is installed. The daemon comes from
 * libvirt-daemon: libvirt-daemon-system would start one for the whole machine.
 */
const NEEDED = {
  "libvirt-daemon": () => program("libvirtd"),
  "libvirt-daemon-driver-qemu": () => inLibraries("libvirt/connection-driver/libvirt_driver_qemu.so"),
  "libvirt-clients": () => program("virsh"),
  "qemu-system-x86": () => program("qemu-system-x86_64"),
  "qemu-utils": () => program("qemu-img"),
  cpio: () => program("cpio"),
  e2fsprogs: () => program("mke2fs"),
  tini: () => program("tini"),
  "xz-utils": () => program("xz"),
};

/** @param {string} name */
async function program(name) {
  return (await which(name, `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`)) !== undefined;
}

/** In /usr/lib/x86_64-linux-gnu on Debian, /usr/lib64 elsewhere. @param {string} file */
async function inLibraries(file) {
  const folders = [
    "/usr/lib64",
    "/usr/lib",
    ...(await readdir("/usr/lib")).map((name) => join("/usr/lib", name)),
  ];
  return (await Promise.all(folders.map((folder) => exists(join(folder, file))))).includes(true);
}

/** Installs the Debian packages that are missing. */
export async function installPackages() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new SetupError(
      `The laboratory needs Linux on x86-64, because its guests use Debian's amd64 kernel. This is ${process.platform} on ` +
        `${process.arch}.\nThe tests that need no laboratory run anywhere: npm test -- --unit`,
    );
  }
  const present = await Promise.all(Object.values(NEEDED).map((isThere) => isThere()));
  await install(
    Object.keys(NEEDED).filter((_, index) => present[index] !== true),
    "the hypervisor to test on",
  );
}

/**
 * Installs what only the bench uses, if it is missing: libvirt's API for Python, to compare with. It starts nothing. Where
 * it cannot be installed, the bench leaves that comparison out.
 */
export async function installForBench() {
  const present = await run("/usr/bin/python3", ["-c", "import libvirt"]).then(
    () => true,
    () => interruption.aborted,
  );
  if (present) return;
  await install(["python3-libvirt"], "libvirt's API, to compare with").catch((error) => {
    if (!(error instanceof SetupError)) throw error;
    say(`• ${error.message}`);
  });
}

/** @param {readonly string[]} names @param {string} why */
export async function install(names, why) {
  if (names.length === 0) return;
  const command = ["apt-get", "install", "-y", "--no-install-recommends", ...names];
  const prefix = await becomeRoot();
  if ((await which("apt-get")) === undefined || prefix === undefined) {
    throw new SetupError(
      `Debian packages are missing (${why}): ${names.join(", ")}.\nInstall them with: sudo ${command.join(" ")}`,
    );
  }
  const asRoot = (/** @type {string[]} */ words) => {
    const [first = "", ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", ...words];
    return run(first, rest);
  };
  await task({ what: `installing Debian packages ${names.join(" ")}`, why, seconds: 60 }, async () => {
    // Package lists may be missing or too old. If they cannot be downloaded, the installation reports the problem.
    await asRoot(["apt-get", "update"]).catch(() => undefined);
    await asRoot(command);
  });
}

/** The words that make a command run as root; `undefined` when that is not possible. */
async function becomeRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = await which("sudo");
  if (sudo === undefined) return undefined;
  return run(sudo, ["-n", "true"]).then(
    () => [sudo, "-n"],
    () => undefined,
  );
}
