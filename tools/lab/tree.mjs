import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PLACE } from "./leftovers.mjs";
import { run, which } from "./run.mjs";
import { cached } from "./setup/cache.mjs";
import { install } from "./setup/packages.mjs";
import { SetupError, task } from "./setup/progress.mjs";

/** Debian releases whose libvirt a laboratory can run on instead of the machine's own: each a whole system, a tree. */
export const RELEASES = ["trixie", "sid"];

const PACKAGES = [
  "libvirt-daemon",
  "libvirt-daemon-driver-qemu",
  "libvirt-clients",
  "qemu-system-x86",
  "qemu-utils",
];

/** The tree of that release, made when the cache has none. @param {string} release */
export async function libvirtTree(release) {
  const option = `--libvirt ${release}`;
  if (!RELEASES.includes(release)) throw new SetupError(`${option}: there is ${RELEASES.join(" and ")}.`);
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      `${option} needs root, to make a Debian ${release} and to run its daemon in there.\n` +
        "Without the option the laboratory runs on this machine's own libvirt.",
    );
  }
  const folder = await cached(`libvirt-${release}`, [release, ...PACKAGES], async (fresh) => {
    if ((await which("mmdebstrap")) === undefined) await install(["mmdebstrap"], "makes Debian systems");
    const what = `making a Debian ${release} for its libvirt`;
    await task({ what, why: "350 MB; once, it is kept", seconds: 60 }, async () => {
      // On a mirror, the release file of a suite that moves may be past its date.
      const options = ["--mode=root", "--variant=minbase", '--aptopt=Acquire::Check-Valid-Until "false"'];
      await run("mmdebstrap", [...options, `--include=${PACKAGES.join(",")}`, release, join(fresh, "tree")], {
        next: "It needs a Debian mirror, and a root that may mount.",
      });
    });
  });
  return join(folder, "tree");
}

/** In a name space of its own, so that no mount outlives the last process; the tree itself cannot be written to. */
const ENTER = `set -e
tree=$1 user=$2
shift 2
mount --bind "$tree" "$tree"
mount -o remount,bind,ro "$tree"
for folder in /dev /proc /sys ${PLACE}; do mount --rbind "$folder" "$tree$folder"; done
exec chroot --userspec="$user" --groups= "$tree" "$@"`;

/** The command that runs the tree's daemon, in there, as that user. @param {string} tree @param {{ uid: number, gid: number }} user */
export function daemonIn(tree, { uid, gid }) {
  return ["unshare", "--mount", "sh", "-c", ENTER, "sh", tree, `${uid}:${gid}`, "libvirtd"];
}

/**
 * Puts the tree's clients into `folder`. They run on the tree's libraries but see the machine's files, which may be
 * among their arguments.
 * @param {string} tree @param {string} folder
 */
export async function clientsOf(tree, folder) {
  const libraries = join(tree, "usr/lib/x86_64-linux-gnu");
  for (const client of ["virsh", "qemu-img"]) {
    const words = [
      join(libraries, "ld-linux-x86-64.so.2"),
      "--library-path",
      libraries,
      join(tree, "usr/bin", client),
    ];
    const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    await writeFile(join(folder, client), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  }
}
