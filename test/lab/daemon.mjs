import { spawn } from "node:child_process";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./run.mjs";
import { SetupError } from "./setup/progress.mjs";

/** Whom the daemon runs as. libvirt has a session daemon for ordinary users only; for root that is nobody. */
async function identity() {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => Number(await run("id", [flag, "nobody"]))));
  return { uid: /** @type {number} */ (uid), gid: /** @type {number} */ (gid) };
}

/**
 * A libvirt daemon of the laboratory's own: everything of it lies under `base`, and it shares nothing with the
 * machine's.
 * @param {string} base a short path: sockets lie below it, and their paths end at 108 bytes
 */
export async function startDaemon(base) {
  const user = await identity();
  const own = (/** @type {string} */ path) => (user === undefined ? undefined : chown(path, user.uid, user.gid));
  const folders = Object.fromEntries(["run", "config", "cache", "data", "work"].map((name) => [name, join(base, name)]));
  for (const folder of [...Object.values(folders), join(base, "config/libvirt")]) {
    await mkdir(folder, { mode: 0o755 });
    await own(folder);
  }
  // Otherwise a second daemon, virtlogd, would hold the log files.
  await writeFile(join(base, "config/libvirt/qemu.conf"), 'stdio_handler = "file"\n');
  const socket = join(base, "run/libvirt/libvirt-sock");
  const env = {
    PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin`,
    HOME: base,
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    XDG_RUNTIME_DIR: folders.run,
    XDG_CONFIG_HOME: folders.config,
    XDG_CACHE_HOME: folders.cache,
    XDG_DATA_HOME: folders.data,
  };

  let stopped = false;
  const messages = /** @type {string[]} */ ([]);
  const launch = () => {
    // In a session of its own: Ctrl-C is for the command, and the daemon is needed until its guests are gone.
    const child = spawn("libvirtd", [], { env, ...user, detached: true, stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (data) => messages.push(String(data)));
    child.on("error", (error) => messages.push(error.message));
    // A service manager would start it again, and a test that ends it relies on that.
    child.on("close", () => stopped || setTimeout(() => stopped || (daemon = launch()), 300));
    return child;
  };
  let daemon = launch();
  await answering(socket, messages);
  return {
    uri: `qemu+unix:///session?socket=${socket}`,
    work: /** @type {string} */ (folders.work),
    own,
    stop: () => {
      stopped = true;
      daemon.kill("SIGTERM");
    },
  };
}

/** @param {string} socket @param {readonly string[]} messages */
async function answering(socket, messages) {
  for (let tries = 0; tries < 600; tries += 1) {
    const open = await new Promise((resolve) => {
      const client = connect(socket);
      client.on("connect", () => (client.destroy(), resolve(true)));
      client.on("error", () => resolve(false));
    });
    if (open === true) return;
    await sleep(50);
  }
  throw new SetupError(`libvirtd did not open its socket within 30 s:\n${messages.join("").slice(-2000)}`);
}
