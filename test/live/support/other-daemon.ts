import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { access, chown, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lab, until } from "./host.js";

interface Settings {
  /** Lines of libvirtd.conf. */
  settings?: readonly string[];
  arguments_?: readonly string[];
}

/** Requires a name and a password, and accepts none. */
export const LOCKED: Settings = { settings: ['auth_unix_rw = "sasl"'] };

/** Another libvirt daemon, without domains of its own at first. */
export class OtherDaemon {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start({ settings = [], arguments_ = [] }: Settings = {}): Promise<OtherDaemon> {
    const folder = await mkdtemp(join(lab("LAB_DIR"), "other-"));
    const owner = await stat(lab("LAB_DIR"));
    for (const name of ["", "config", "config/libvirt"]) {
      await mkdir(join(folder, name), { recursive: true });
      await chown(join(folder, name), owner.uid, owner.gid);
    }
    const lines = settings.map((line) => `${line}\n`).join("");
    await writeFile(join(folder, "config/libvirt/libvirtd.conf"), lines);
    // Without this, a second daemon (virtlogd) would hold the log files.
    await writeFile(join(folder, "config/libvirt/qemu.conf"), 'stdio_handler = "file"\n');
    const places = ["RUNTIME_DIR", "CACHE_HOME", "DATA_HOME"].map((name) => [`XDG_${name}`, folder] as const);
    const env = {
      PATH: `${process.env["PATH"] ?? ""}:/usr/sbin`,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, "config"),
      ...Object.fromEntries(places),
    };
    // root has no session daemon; the laboratory's runs as the owner of its folder too.
    const user = process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {};
    const daemon = new OtherDaemon(spawn("libvirtd", arguments_, { env, stdio: "ignore", ...user }), folder);
    await until("the daemon is there", () =>
      access(daemon.socket).then(
        () => true,
        () => false,
      ),
    );
    return daemon;
  }

  get socket(): string {
    return join(this.folder, "libvirt/libvirt-sock");
  }

  get uri(): string {
    return `qemu+unix:///session?socket=${this.socket}`;
  }

  async stop(): Promise<void> {
    const ended = once(this.process, "close");
    this.process.kill();
    await ended;
    await rm(this.folder, { recursive: true });
  }
}
