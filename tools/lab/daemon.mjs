import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./run.mjs";
import { SetupError } from "./setup/progress.mjs";
import { daemonCommand } from "./libvirt-chroot.mjs";

/** A service manager waits a moment, too, before it restarts a daemon. */
const RESTART_AFTER_MS = 300;

/**
 * Reaps the processes of guests. libvirt takes a guest for running until its process is reaped, and in a container
 * process 1 may do that late, or never.
 */
const REAPER = ["tini", "-s", "--"];

/** The user that the daemon runs as. libvirt has session daemons for ordinary users only, so root becomes nobody. */
async function identity() {
  if (process.getuid?.() !== 0) return undefined;
  const [uid = 0, gid = 0] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number(await run("id", [flag, "nobody"]))),
  );
  return { uid, gid };
}

/**
 * Prepares a private libvirt daemon. Everything it uses is under `base`, and it shares nothing with the machine's
 * own daemon.
 * @param {string} base a short path, because the path of a socket has at most 108 bytes
 * @param {string} [chroot] the Debian system whose libvirt to use instead of the machine's own
 */
export async function makeDaemon(base, chroot) {
  const user = await identity();
  const own = async (/** @type {string} */ path) => user && chown(path, user.uid, user.gid);
  const folder = (/** @type {string} */ name) => join(base, name);
  for (const name of ["run", "config", "config/libvirt", "cache", "data", "work"]) {
    await mkdir(folder(name), { mode: 0o755 });
    await own(folder(name));
  }
  // Without this, a second daemon (virtlogd) would hold the log files.
  await writeFile(folder("config/libvirt/qemu.conf"), 'stdio_handler = "file"\n');
  const socket = folder("run/libvirt/libvirt-sock");
  const env = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: base,
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    XDG_RUNTIME_DIR: folder("run"),
    XDG_CONFIG_HOME: folder("config"),
    XDG_CACHE_HOME: folder("cache"),
    XDG_DATA_HOME: folder("data"),
  };
  const libvirtd = chroot === undefined || user === undefined ? ["libvirtd"] : daemonCommand(chroot, user);
  const [program = "", ...args] = [...REAPER, ...libvirtd];

  // A test writes this file to keep a daemon that it killed from coming back.
  const down = folder("work/.daemon-stays-down");
  const restart = () => {
    if (!stopped) setTimeout(() => (existsSync(down) ? restart() : stopped || launch()), RESTART_AFTER_MS);
  };
  let stopped = false;
  let messages = "";
  /** @type {import("node:child_process").ChildProcess} */
  let daemon;
  const launch = () => {
    // In a session of its own: Ctrl-C is for the command, and the daemon is needed until its guests have ended.
    const options = { env, detached: true, ...(chroot === undefined ? user : {}) };
    daemon = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    const collect = (/** @type {unknown} */ text) => void (messages = `${messages}${text}`.slice(-2000));
    daemon.stderr?.on("data", collect);
    daemon.on("error", ({ message }) => collect(message));
    // As a service manager would. A test kills the daemon and relies on this.
    daemon.on("close", restart);
  };
  return {
    uri: `qemu+unix:///session?socket=${socket}`,
    work: folder("work"),
    own,
    start: async () => {
      launch();
      for (const begun = Date.now(); !(await answers(socket)); await sleep(20)) {
        const ended = daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null;
        if (ended || Date.now() - begun > 30_000) {
          throw new SetupError(
            `libvirtd ${ended ? "ended at once" : "did not open its socket within 30 s"}:\n${messages}`,
          );
        }
      }
    },
    stop: () => {
      stopped = true;
      daemon?.kill("SIGTERM");
    },
  };
}

/** @param {string} socket @returns {Promise<boolean>} */
function answers(socket) {
  return new Promise((resolve) => {
    const client = connect(socket);
    client.on("connect", () => (client.destroy(), resolve(true)));
    client.on("error", () => resolve(false));
  });
}
