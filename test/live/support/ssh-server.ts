import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { onPath } from "./command-line.js";
import { lab, output, until } from "./host.js";

export const SSHD = "/usr/sbin/sshd";

/** Whether this machine has what a connection through SSH needs. */
export async function canServeSsh(): Promise<boolean> {
  const tools = await Promise.all([onPath("nc"), onPath(SSHD)]);
  return !tools.includes(false);
}

/** An SSH server on the loopback interface, which accepts only the test's own key. */
export class SshServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<SshServer> {
    const folder = await mkdtemp(join(lab("LAB_DIR"), "ssh-"));
    const port = await freePort();
    for (const key of ["host", "user"]) {
      await output("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, key));
    }
    const settings = {
      Port: port,
      ListenAddress: "127.0.0.1",
      HostKey: join(folder, "host"),
      AuthorizedKeysFile: join(folder, "user.pub"),
      // The folders above the key belong to the laboratory, and are no home folder.
      StrictModes: "no",
      PermitRootLogin: "yes",
      PasswordAuthentication: "no",
      UsePAM: "no",
      PidFile: "none",
    };
    const config = join(folder, "config");
    await writeFile(
      config,
      Object.entries(settings)
        .map(([key, value]) => `${key} ${value}\n`)
        .join(""),
    );
    // The server's privilege separation folder, which a service makes on other machines.
    await mkdir("/run/sshd", { recursive: true }).catch(() => undefined);
    const server = new SshServer(
      spawn(SSHD, ["-D", "-f", config, "-E", join(folder, "log")], { stdio: "ignore" }),
      folder,
      port,
    );
    await until("the SSH server answers", () => server.answers());
    return server;
  }

  /** The laboratory's daemon, as a host on another machine. */
  get uri(): string {
    const query = new URLSearchParams({
      socket: new URL(lab("LIBVIRT_DEFAULT_URI")).searchParams.get("socket") ?? "",
      keyfile: join(this.folder, "user"),
      no_verify: "1",
    });
    return `qemu+ssh://${userInfo().username}@127.0.0.1:${this.port}/session?${query.toString()}`;
  }

  /** The number of logins so far. */
  async logins(): Promise<number> {
    const log = await readFile(join(this.folder, "log"), "utf8");
    return log.split("\n").filter((line) => line.startsWith("Accepted ")).length;
  }

  stop(): void {
    this.process.kill();
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1");
      const end = (up: boolean) => {
        socket.destroy();
        resolve(up);
      };
      socket.once("data", () => {
        end(true);
      });
      socket.once("error", () => {
        end(false);
      });
    });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}
