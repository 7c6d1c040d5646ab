import { chmod, copyFile, mkdir, mkdtemp, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { startDaemon } from "./daemon.mjs";
import { makeDomain } from "./domain.mjs";
import { clear, OWNER, PLACE, PREFIX, sweep } from "./leftovers.mjs";
import { self } from "./owner.mjs";
import { node, root } from "./setup/project.mjs";

export const DOMAIN = "debian12";
export const AGENT_DOMAIN = "agent12";

/**
 * Starts a laboratory: a libvirt of its own, the guest `debian12` running, and the environment for commands.
 * `agent12` starts beside it; the first that asks it something waits for it.
 * @param {{ engine: string, guest: string }} built folders of the cache
 */
export async function startLaboratory({ engine, guest }) {
  await sweep();
  const base = await mkdtemp(join(PLACE, PREFIX));
  const stop = async () => {
    daemon?.stop();
    await clear(base);
  };
  /** @type {Awaited<ReturnType<typeof startDaemon>> | undefined} */
  let daemon;
  try {
    await writeFile(join(base, OWNER), JSON.stringify(await self()));
    // The daemon may have another owner, and has to get through.
    await chmod(base, 0o711);
    const [started] = await Promise.all([startDaemon(base).then((running) => (daemon = running)), commands(base)]);
    const { uri, work, own } = started;
    await guestIn(join(work, "guest"), guest, own);
    const environment = await environmentOf(base, work, uri, engine);
    Object.assign(process.env, environment);
    await makeDomain(work, DOMAIN, {});
    const agent = makeDomain(work, AGENT_DOMAIN, { agent: true });
    // Whoever needs it is told by lab-guest; a laboratory without it is still one.
    agent.catch(() => undefined);
    return { environment, stop, agent };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The commands of the laboratory, under their names. @param {string} base */
async function commands(base) {
  await mkdir(join(base, "bin"));
  const source = new URL("bin/", import.meta.url).pathname;
  for (const file of await readdir(source)) {
    await symlink(join(source, file), join(base, "bin", file.replace(/\.mjs$/, "")));
  }
}

/** Copies, for the daemon may not be let into the user's cache. @param {string} to @param {string} from @param {(path: string) => Promise<void> | undefined} own */
async function guestIn(to, from, own) {
  await mkdir(to);
  for (const file of ["vmlinuz", "initramfs", "disk.qcow2"]) {
    await copyFile(join(from, file), join(to, file));
    await own(join(to, file));
  }
}

/** @param {string} base @param {string} work @param {string} uri @param {string} engine */
async function environmentOf(base, work, uri, engine) {
  const [backend, home] = [join(base, "state"), join(base, "pulumi")];
  await mkdir(backend);
  await mkdir(home);
  return {
    PATH: [join(base, "bin"), dirname(node), engine, process.env.PATH, "/usr/sbin", "/sbin"].join(":"),
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
    LAB_ROOT: root,
  };
}
