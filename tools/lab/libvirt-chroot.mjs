import { join } from "node:path";
import { PARENT } from "./cleanup.mjs";
import { run, which, writeScript } from "./run.mjs";
import { cached } from "./setup/cache.mjs";
import { install } from "./setup/debian-packages.mjs";
import { SetupError, task } from "./setup/progress.mjs";

/** Debian releases whose libvirt a laboratory can use instead of the machine's own. Each is a whole Debian system. */
export const RELEASES = ["trixie", "sid"];

const PACKAGES = [
  "libvirt-daemon",
  "libvirt-daemon-driver-qemu",
  "libvirt-clients",
  "qemu-system-x86",
  "qemu-utils",
];

/** The Debian system of that release, made when the cache has none. @param {string} release */
export async function libvirtChroot(release) {
  const option = `--libvirt ${release}`;
  if (!RELEASES.includes(release))
    throw new SetupError(`${option}: the releases are ${RELEASES.join(" and ")}.`);
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      `${option} needs root, to make a Debian ${release} system and to run its daemon there.\n` +
        "Without the option, the laboratory uses this machine's own libvirt.",
    );
  }
  const folder = await cached(`libvirt-${release}`, [release, ...PACKAGES], async (fresh) => {
    if ((await which("mmdebstrap")) === undefined) await install(["mmdebstrap"], "makes Debian systems");
    const what = `making a Debian ${release} system for its libvirt`;
    await task({ what, why: "350 MB; done once and cached", seconds: 60 }, async () => {
      // On a mirror, the release file of a moving suite may have expired.
      const options = ["--mode=root", "--variant=minbase", '--aptopt=Acquire::Check-Valid-Until "false"'];
      await run("mmdebstrap", [...options, `--include=${PACKAGES.join(",")}`, release, join(fresh, "tree")], {
        next: "It needs a Debian mirror, and root with the right to mount.",
      });
    });
  });
  return join(folder, "tree");
}

/** Runs in a mount namespace of its own, so that no mount outlives the last process. The system itself is read-only. */
const ENTER = `set -e
chroot=$1 user=$2
shift 2
mount --bind "$chroot" "$chroot"
mount -o remount,bind,ro "$chroot"
for folder in /dev /proc /sys ${PARENT}; do mount --rbind "$folder" "$chroot$folder"; done
exec chroot --userspec="$user" --groups= "$chroot" "$@"`;

/** The command that runs the daemon of that system, as that user. @param {string} chroot @param {{ uid: number, gid: number }} user */
export function daemonCommand(chroot, { uid, gid }) {
  return ["unshare", "--mount", "sh", "-c", ENTER, "sh", chroot, `${uid}:${gid}`, "libvirtd"];
}

/**
 * Puts the clients of that system into `folder`. They use its libraries but see the machine's files, which may be among
 * their arguments.
 * @param {string} chroot @param {string} folder
 */
export async function installClients(chroot, folder) {
  const libraries = join(chroot, "usr/lib/x86_64-linux-gnu");
  for (const client of ["virsh", "qemu-img"]) {
    const words = [
      join(libraries, "ld-linux-x86-64.so.2"),
      "--library-path",
      libraries,
      join(chroot, "usr/bin", client),
    ];
    await writeScript(join(folder, client), words);
  }
}
