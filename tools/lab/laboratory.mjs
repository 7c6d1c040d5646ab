import { chmod, copyFile, mkdir, mkdtemp, readdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeDaemon } from "./daemon.mjs";
import { waitUntilBooted, makeDomain, virsh } from "./domain.mjs";
import { unlessInterrupted } from "./signals.mjs";
import { cleanUp, OWNER, PARENT, PREFIX, cleanUpAbandoned } from "./cleanup.mjs";
import { self } from "./owner.mjs";
import { installPlugins } from "./plugins.mjs";
import { restoreCapabilities, saveCapabilities } from "./qemu-capabilities.mjs";
import { compiled, node } from "./setup/project.mjs";
import { installClients } from "./libvirt-chroot.mjs";

const DOMAIN = "debian12";
const AGENT_DOMAIN = "agent12";

/**
 * What set-up has prepared.
 * @typedef {{ engine: string, yaml: string | undefined, plugins: readonly import("./plugins.mjs").Choice[], guest: string, chroot: string | undefined }} Built
 */

/**
 * Starts a laboratory: a private libvirt, the running guest `debian12`, and the environment for commands. The guest
 * `agent12` is still booting; `agent` waits for it.
 * @param {Built} built
 */
export async function startLaboratory(built) {
  await cleanUpAbandoned();
  const base = await mkdtemp(join(PARENT, PREFIX));
  const libvirt = built.chroot === undefined ? "own" : basename(dirname(built.chroot));
  let stopDaemon = () => {};
  const stop = async () => {
    stopDaemon();
    await saveCapabilities(libvirt, join(base, "cache"));
    await cleanUp(base);
  };
  const start = async () => {
    await writeFile(join(base, OWNER), JSON.stringify(await self()));
    // The daemon may run as another user, who must be able to enter the folder.
    await chmod(base, 0o711);
    const daemon = await makeDaemon(base, built.chroot);
    stopDaemon = daemon.stop;
    await restoreCapabilities(libvirt, join(base, "cache"), daemon.own);
    await Promise.all([
      daemon.start(),
      copyGuest(join(daemon.work, "guest"), built.guest, daemon.own),
      installCommands(base, built.chroot),
    ]);
    const environment = await environmentOf(base, daemon, built);
    await installPlugins(environment.PULUMI_HOME, built.plugins);
    Object.assign(process.env, environment);
    // One after the other: the daemon (11.3) fails when its first two definitions are validated at the same time.
    const domain = await makeDomain(daemon.work, DOMAIN, {});
    // This guest boots after the first. On few processors both are ready sooner that way.
    const agent = await makeDomain(daemon.work, AGENT_DOMAIN, { agent: true, paused: true });
    await waitUntilBooted(daemon.work, domain, {});
    await virsh(["resume", `--domain=${agent}`]);
    return { environment, stop, agent: () => waitUntilBooted(daemon.work, agent, { agent: true }) };
  };
  try {
    return await unlessInterrupted(start());
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts the commands of the laboratory on its PATH. @param {string} base @param {string | undefined} chroot */
async function installCommands(base, chroot) {
  await mkdir(join(base, "bin"));
  if (chroot !== undefined) await installClients(chroot, join(base, "bin"));
  const source = new URL("bin/", import.meta.url).pathname;
  for (const file of await readdir(source)) {
    await symlink(join(source, file), join(base, "bin", file.replace(/\.mjs$/, "")));
  }
}

/** Copies the guest's files, because the daemon may have no access to the user's cache. @param {string} to @param {string} from @param {(path: string) => Promise<void>} own */
async function copyGuest(to, from, own) {
  await mkdir(to);
  for (const file of ["vmlinuz", "initramfs", "disk.qcow2"]) {
    await copyFile(join(from, file), join(to, file));
    await own(join(to, file));
  }
}

/** @param {string} base @param {{ uri: string, work: string }} daemon @param {Pick<Built, "engine" | "yaml">} built */
async function environmentOf(base, { uri, work }, { engine, yaml }) {
  const [backend, home] = [join(base, "state"), join(base, "pulumi")];
  await mkdir(backend);
  await mkdir(home);
  return {
    PATH: [join(base, "bin"), dirname(node), engine, yaml, process.env["PATH"], "/usr/sbin", "/sbin"]
      .filter(Boolean)
      .join(":"),
    NODE_COMPILE_CACHE: compiled,
    LIBVIRT_DEFAULT_URI: uri,
    VIRSH_DEFAULT_CONNECT_URI: uri,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_HOME: home,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    LAB_DIR: work,
    LAB_DOMAIN: DOMAIN,
    LAB_AGENT_DOMAIN: AGENT_DOMAIN,
  };
}
