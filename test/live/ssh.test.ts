import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Domain, getDomain, Snapshot } from "../../sdk/index.js";
import { onPath } from "./support/command-line.js";
import { Disk } from "./support/definition.js";
import { assertDone, TestStack } from "./support/engine.js";
import { guest, lab, output, snapshotsOf, until, virsh } from "./support/host.js";

const SSHD = "/usr/sbin/sshd";
const NAME = `far-${process.pid}`;

/** An SSH server on the loopback interface, which accepts only the test's own key. */
class SshServer {
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
      LogLevel: "VERBOSE",
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

  /** How many logins there were so far. */
  async logins(): Promise<number> {
    return (await readFile(join(this.folder, "log"), "utf8")).split("Accepted publickey").length - 1;
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

describe(`a host behind qemu+ssh (needs ${SSHD} and nc)`, () => {
  let server: SshServer;
  let disk: Disk;
  let stack: TestStack;

  const program =
    (title: string, token = "first") =>
    () => {
      const { uri } = server;
      const vm = new Domain("vm", { xml: disk.xml(NAME, { title }), uri, shutdownTimeoutSeconds: 1 });
      new Snapshot("checkpoint", { domain: vm.name, uri, revert: { triggers: [token] } });
      return {};
    };

  before(async function () {
    const tools = await Promise.all([onPath("nc"), onPath(SSHD)]);
    if (tools.includes(false)) return this.skip();
    [server, disk, stack] = await Promise.all([SshServer.start(), Disk.make(), TestStack.open()]);
  });
  after(async () => {
    // Not made if all tests were skipped.
    (server as SshServer | undefined)?.stop();
    for (const made of [stack, disk] as ({ close(): Promise<void> } | undefined)[]) await made?.close();
  });

  it("has its VM defined, started, redefined, reverted and undefined", async () => {
    assertDone(await stack.up(program("one")), ["create vm", "create vm", "create checkpoint"]);
    const uuid = await virsh("domuuid", NAME);
    assert.deepEqual(await snapshotsOf({ name: NAME, uuid }), ["checkpoint"]);
    const seen = await getDomain({ domain: NAME, uri: server.uri });
    assert.deepEqual([seen.uuid, seen.state, seen.currentSnapshot], [uuid, "running", "checkpoint"]);

    const changed = await stack.up(program("two", "second"));
    assert.deepEqual([changed.ok, changed.steps], [true, ["update vm", "update checkpoint"]]);
    assert.match(await virsh("dumpxml", "--inactive", uuid), /<title>/);

    const stopped = `warning: ${NAME} did not shut down within 1 s, so it is stopped as by a power cut.`;
    assertDone(await stack.destroy(), ["delete checkpoint", "delete vm", "delete vm"], [stopped]);
    assert.ok(!(await virsh("list", "--all", "--name")).split("\n").includes(NAME));
  });

  it("has the life cycle of twenty snapshots with no more logins than a few sessions need", async () => {
    const domain = await guest("--off");
    const twenty = () => ({
      ...Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
          `s${index}`,
          new Snapshot(`s${index}`, { domain: domain.uuid, uri: server.uri }),
        ]),
      ),
    });
    const before = await server.logins();
    assert.ok((await stack.preview(twenty)).ok);
    assert.equal((await stack.up(twenty)).steps.length, 20);
    assert.equal((await snapshotsOf(domain)).length, 20);
    assert.ok((await stack.refresh()).ok);
    assert.equal((await stack.destroy()).steps.length, 20);
    const logins = (await server.logins()) - before;
    // Four processes of the provider, each with at most three sessions.
    assert.ok(logins <= 12, `${logins} logins`);
  });
});
