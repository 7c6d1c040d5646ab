import { spawn } from "node:child_process";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./run.mjs";
import { SetupError } from "./setup/progress.mjs";
import { daemonIn } from "./tree.mjs";

/** A service manager waits a moment, too, before it starts a daemon again. */
const RESTART_AFTER_MS = 300;

/**
 * What a guest's process leaves when it ends is for the first process of the machine to clear away, and until it has,
 * libvirt takes the guest for running. In a container that process may do it late, or never; this one does it at once.
 */
const REAPER = ["tini", "-s", "--"];

/** Whom the daemon runs as. libvirt has a session daemon for ordinary users only; for root that is nobody. */
async function identity() {
  if (process.getuid?.() !== 0) return undefined;
  const [uid = 0, gid = 0] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number(await run("id", [flag, "nobody"]))),
  );
  return { uid, gid };
}

/**
 * A libvirt daemon of the laboratory's own, to be started: everything of it lies under `base`, and it shares nothing
 * with the machine's.
 * @param {string} base a short path: sockets lie below it, and their paths end at 108 bytes
 * @param {string} [tree] the system to take it from, where that is not the machine's own
 */
export async function makeDaemon(base, tree) {
  const user = await identity();
  const own = async (/** @type {string} */ path) => user && chown(path, user.uid, user.gid);
  const folder = (/** @type {string} */ name) => join(base, name);
  for (const name of ["run", "config", "config/libvirt", "cache", "data", "work"]) {
    await mkdir(folder(name), { mode: 0o755 });
    await own(folder(name));
  }
  // Otherwise a second daemon, virtlogd, would hold the log files.
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
  const daemonItself = tree === undefined || user === undefined ? ["libvirtd"] : daemonIn(tree, user);
  const [program = "", ...args] = [...REAPER, ...daemonItself];

  let stopped = false;
  let messages = "";
  /** @type {import("node:child_process").ChildProcess} */
  let daemon;
  const launch = () => {
    // In a session of its own: Ctrl-C is for the command, and the daemon is needed until its guests are gone.
    const options = { env, detached: true, ...(tree === undefined ? user : {}) };
    daemon = spawn(program, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    const note = (/** @type {unknown} */ text) => void (messages = `${messages}${text}`.slice(-2000));
    daemon.stderr?.on("data", note);
    daemon.on("error", ({ message }) => note(message));
    // As a service manager would; a test that ends it relies on that.
    daemon.on("close", () => stopped || setTimeout(() => stopped || launch(), RESTART_AFTER_MS));
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
