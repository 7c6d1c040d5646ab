import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { access, chown, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lab, until } from "./host.js";

/** Another libvirt daemon, which requires a name and a password, and accepts none. */
export class LockedDaemon {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<LockedDaemon> {
    const folder = join(lab("LAB_DIR"), "locked");
    const owner = await stat(lab("LAB_DIR"));
    for (const name of ["", "config", "config/libvirt"]) {
      await mkdir(join(folder, name));
      await chown(join(folder, name), owner.uid, owner.gid);
    }
    await writeFile(join(folder, "config/libvirt/libvirtd.conf"), 'auth_unix_rw = "sasl"\n');
    const places = ["RUNTIME_DIR", "CACHE_HOME", "DATA_HOME"].map((name) => [`XDG_${name}`, folder] as const);
    const env = {
      PATH: `${process.env["PATH"] ?? ""}:/usr/sbin`,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, "config"),
      ...Object.fromEntries(places),
    };
    // root has no session daemon; the laboratory's runs as the owner of its folder too.
    const user = process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {};
    const daemon = new LockedDaemon(spawn("libvirtd", [], { env, stdio: "ignore", ...user }), folder);
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

  async stop(): Promise<void> {
    const ended = once(this.process, "close");
    this.process.kill();
    await ended;
    await rm(this.folder, { recursive: true });
  }
}
