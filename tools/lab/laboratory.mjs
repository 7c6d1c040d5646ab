import { chmod, copyFile, mkdir, mkdtemp, readdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeDaemon } from "./daemon.mjs";
import { booted, makeDomain, virsh } from "./domain.mjs";
import { unlessInterrupted } from "./interruption.mjs";
import { clear, OWNER, PLACE, PREFIX, sweep } from "./leftovers.mjs";
import { self } from "./owner.mjs";
import { installPlugins } from "./plugins.mjs";
import { handProbed, keepProbed } from "./probed.mjs";
import { compiled, node } from "./setup/project.mjs";
import { clientsOf } from "./tree.mjs";

const DOMAIN = "debian12";
const AGENT_DOMAIN = "agent12";

/**
 * What set-up has made.
 * @typedef {{ engine: string, plugins: readonly import("./plugins.mjs").Choice[], guest: string, tree: string | undefined }} Built
 */

/**
 * Starts a laboratory: a libvirt of its own, the guest `debian12` running, and the environment for commands. The guest
 * `agent12` is still booting; `agent` waits for it.
 * @param {Built} built
 */
export async function startLaboratory(built) {
  await sweep();
  const base = await mkdtemp(join(PLACE, PREFIX));
  const libvirt = built.tree === undefined ? "own" : basename(dirname(built.tree));
  let stopDaemon = () => {};
  const stop = async () => {
    stopDaemon();
    await keepProbed(libvirt, join(base, "cache"));
    await clear(base);
  };
  const start = async () => {
    await writeFile(join(base, OWNER), JSON.stringify(await self()));
    // The daemon may have another owner, and has to get through.
    await chmod(base, 0o711);
    const daemon = await makeDaemon(base, built.tree);
    stopDaemon = daemon.stop;
    await handProbed(libvirt, join(base, "cache"), daemon.own);
    await Promise.all([
      daemon.start(),
      guestIn(join(daemon.work, "guest"), built.guest, daemon.own),
      commands(base, built.tree),
    ]);
    const environment = await environmentOf(base, daemon, built.engine);
    await installPlugins(environment.PULUMI_HOME, built.plugins);
    Object.assign(process.env, environment);
    // One after the other: two first validations at once trip over each other in the daemon (11.3).
    const domain = await makeDomain(daemon.work, DOMAIN, {});
    // This one boots when the first has: on few processors that is ready sooner.
    const agent = await makeDomain(daemon.work, AGENT_DOMAIN, { agent: true, paused: true });
    await booted(daemon.work, domain, {});
    await virsh(["resume", `--domain=${agent}`]);
    return { environment, stop, agent: () => booted(daemon.work, agent, { agent: true }) };
  };
  try {
    return await unlessInterrupted(start());
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The commands of the laboratory, under their names. @param {string} base @param {string | undefined} tree */
async function commands(base, tree) {
  await mkdir(join(base, "bin"));
  if (tree !== undefined) await clientsOf(tree, join(base, "bin"));
  const source = new URL("bin/", import.meta.url).pathname;
  for (const file of await readdir(source)) {
    await symlink(join(source, file), join(base, "bin", file.replace(/\.mjs$/, "")));
  }
}

/** Copies, for the daemon may not be let into the user's cache. @param {string} to @param {string} from @param {(path: string) => Promise<void>} own */
async function guestIn(to, from, own) {
  await mkdir(to);
  for (const file of ["vmlinuz", "initramfs", "disk.qcow2"]) {
    await copyFile(join(from, file), join(to, file));
    await own(join(to, file));
  }
}

/** @param {string} base @param {{ uri: string, work: string }} daemon @param {string} engine */
async function environmentOf(base, { uri, work }, engine) {
  const [backend, home] = [join(base, "state"), join(base, "pulumi")];
  await mkdir(backend);
  await mkdir(home);
  return {
    PATH: [join(base, "bin"), dirname(node), engine, process.env["PATH"], "/usr/sbin", "/sbin"].join(":"),
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
