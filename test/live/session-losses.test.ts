import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isVirshError, type VirshError } from "../../provider/errors.js";
import { setMetadata } from "../../provider/virsh/commands/definition.js";
import { definitionXml, listDomains } from "../../provider/virsh/commands/domain.js";
import { Connection } from "../../provider/virsh/connection.js";
import { DefinedDomain } from "./support/defined-domain.js";
import { daemonPid, lab, output, until, virsh, withoutDaemon } from "./support/host.js";

/** A time limit that begins now. */
function within(seconds: number) {
  const end = performance.now() + seconds * 1000;
  return { timeoutSeconds: seconds, remaining: () => Math.max(0, end - performance.now()) };
}

describe("a session of virsh that is lost", function () {
  this.timeout(60_000);
  let domain: DefinedDomain;
  let connection: Connection;
  let charactersRead: number;
  let count = 0;

  before(async () => (domain = await DefinedDomain.make()));
  after(() => domain.close());
  beforeEach(async () => {
    connection = new Connection(lab("LIBVIRT_DEFAULT_URI"));
    await read();
    assert.equal((await sessions()).length, 1);
    charactersRead = await charactersReadBy(await session());
  });
  afterEach(async () => {
    connection.end();
    await until("the sessions end", async () => (await sessions()).length === 0);
  });

  /** The processes of the sessions, which this process started. */
  const sessions = (parent = process.pid): Promise<number[]> =>
    output("pgrep", "-P", String(parent), "-f", "virsh --quiet").then(
      (said) => said.trim().split("\n").map(Number),
      () => [],
    );
  const session = async () => (await sessions())[0] ?? assert.fail("no session");
  const read = (limits = within(30)) => connection.carryOut(definitionXml(domain.uuid), limits);
  /** Changes the domain in a way that shows. */
  const change = (limits = within(30)) => {
    count += 1;
    const element = { uri: "http://example.org/t", key: "t", element: `<number${count}/>` };
    return connection.carryOut(setMetadata(domain.uuid, element), limits);
  };
  const isChanged = async () => (await virsh("dumpxml", domain.uuid)).includes(`number${count}`);
  const fails = async (attempt: Promise<unknown>): Promise<VirshError> => {
    const error: unknown = await attempt.then(
      () => assert.fail("it did not fail"),
      (reason: unknown) => reason,
    );
    assert.ok(isVirshError(error), String(error));
    return error;
  };
  /** Does this while the daemon does not answer. */
  const whileStopped = async <T>(act: () => Promise<T>): Promise<T> => {
    const daemon = await daemonPid();
    process.kill(daemon, "SIGSTOP");
    try {
      return await act();
    } finally {
      process.kill(daemon, "SIGCONT");
    }
  };
  /** Waits until an idle session has read a request, and has had a moment to pass it on. */
  const isAsking = async (pid: number) => {
    await until("virsh reads the request", async () => (await charactersReadBy(pid)) > charactersRead + 100);
    await sleep(50);
  };
  const charactersReadBy = async (pid: number) =>
    Number(/^rchar: (\d+)/.exec(await readFile(`/proc/${pid}/io`, "utf8"))?.[1]);
  const answers = () =>
    until("the daemon answers", () =>
      virsh("list").then(
        () => true,
        () => false,
      ),
    );

  describe("because virsh is killed", () => {
    it("while it is idle: the next read and the next change are carried out", async () => {
      process.kill(await session(), "SIGKILL");
      // The one in a process of its own, the other in a new session.
      assert.match(await read(), /defined-/);
      assert.match(await read(), /defined-/);
      process.kill(await session(), "SIGKILL");
      await change();
      assert.ok(await isChanged());
    });

    it("in a read: the read is answered", async () => {
      const pid = await session();
      const answer = await whileStopped(async () => {
        const reading = read();
        await isAsking(pid);
        process.kill(pid, "SIGKILL");
        return { reading };
      });
      assert.match(await answer.reading, /defined-/);
    });

    it("in a change: the change is not sent again, and the error says how to find out what came of it", async () => {
      const pid = await session();
      const { message, begun } = await fails(
        (
          await whileStopped(async () => {
            const changing = change();
            changing.catch(() => undefined);
            await isAsking(pid);
            process.kill(pid, "SIGKILL");
            await until("virsh is gone", async () => (await sessions()).length === 0);
            return { changing };
          })
        ).changing,
      );
      assert.equal(begun, true);
      assert.match(message, /virsh ended while it ran\. The host may still be working on it/);
    });
  });

  describe("because the daemon is stopped and started again", () => {
    it("while it is idle: the next read and the next change are carried out", async () => {
      const said = () => change().then(() => read());
      for (const first of [read, said]) {
        await withoutDaemon(() => Promise.resolve());
        await answers();
        assert.match(await first(), /defined-/);
      }
      assert.ok(await isChanged());
    });

    it("in a read: the read is answered, or fails because nothing answers", async () => {
      const pid = await session();
      const daemon = await daemonPid();
      process.kill(daemon, "SIGSTOP");
      const reading = read();
      await isAsking(pid);
      process.kill(daemon, "SIGKILL");
      await reading.then(
        (xml) => assert.match(xml, /defined-/),
        (error: unknown) => assert.ok(isVirshError(error, "Unreachable"), String(error)),
      );
      await answers();
      assert.match(await read(), /defined-/);
    });

    it("in a change: the change counts as interrupted", async () => {
      const pid = await session();
      const daemon = await daemonPid();
      process.kill(daemon, "SIGSTOP");
      const changing = change();
      changing.catch(() => undefined);
      await isAsking(pid);
      process.kill(daemon, "SIGKILL");
      const { begun, message } = await fails(changing);
      assert.equal(begun, true, message);
      await answers();
      assert.equal(await isChanged(), false);
      await change();
      assert.ok(await isChanged());
    });
  });

  describe("because virsh never answers", () => {
    it("ends with the time limit of its caller alone, and with the process", async () => {
      const pid = await session();
      process.kill(pid, "SIGSTOP");
      const [stuck, other] = [fails(read(within(1))), connection.carryOut(listDomains(), within(30))];
      // Read before the time limit of the first is over.
      await other;
      assert.match((await stuck).message, /the time limit of 1 s ran out/);
      assert.ok(!(await sessions()).includes(pid));
    });

    it("says that nothing was changed where virsh did not even read the change", async () => {
      process.kill(await session(), "SIGSTOP");
      const { begun = false, message } = await fails(change(within(1)));
      assert.equal(begun, false);
      assert.match(message, /the time limit of 1 s ran out while it ran\. Nothing was changed/);
    });

    it("says that the host may be at it where libvirt has the change", async () => {
      const { begun, message } = await whileStopped(() => fails(change(within(1))));
      assert.equal(begun, true);
      assert.match(message, /the time limit of 1 s ran out while it ran\. The host may still be working/);
    });
  });

  describe("because there are more operations than sessions", () => {
    it("waits its turn: fifty changes and fifty reads with two sessions", async () => {
      process.env["PULUMI_VIRSH_SESSIONS"] = "2";
      const few = new Connection(lab("LIBVIRT_DEFAULT_URI"));
      delete process.env["PULUMI_VIRSH_SESSIONS"];
      const domains = await Promise.all(Array.from({ length: 5 }, () => DefinedDomain.make()));
      const work = Array.from({ length: 50 }, async (_, index) => {
        const own = domains[index % domains.length] ?? assert.fail();
        const name = `n${index}`;
        const element = { uri: `http://example.org/${name}`, key: name, element: `<x/>` };
        const xml = await few.carryOut(definitionXml(own.uuid), within(60));
        await few.carryOut(setMetadata(own.uuid, element), within(60));
        return xml.includes(own.uuid);
      });
      assert.ok((await Promise.all(work)).every(Boolean));
      for (const [index, own] of domains.entries()) {
        const xml = await few.carryOut(definitionXml(own.uuid), within(60));
        assert.equal(xml.match(/<n\d+:x /g)?.length, 10, `${index}: ${xml}`);
        await own.close();
      }
      few.end();
    });

    it("goes without one where changes take long: reads do not wait for them", async () => {
      const began = performance.now();
      const changes = await whileStopped(async () => {
        const all = Array.from({ length: 12 }, () => change());
        await until("all changes are sent", async () => (await sessions()).length >= 12);
        return { all };
      });
      await Promise.all(changes.all);
      assert.ok(performance.now() - began < 20_000);
    });
  });

  describe("because its program ends", () => {
    const start = async (): Promise<{ program: ChildProcess; virsh: number }> => {
      const uri = lab("LIBVIRT_DEFAULT_URI");
      const program = fork(join(__dirname, "support/session-program.js"), [uri, domain.uuid]);
      await once(program, "message");
      const [pid] = await sessions(program.pid);
      assert.ok(pid !== undefined);
      return { program, virsh: pid };
    };
    const isGone = (pid: number) =>
      output("ps", "-o", "stat=", "-p", String(pid)).then(
        (state) => state.startsWith("Z"),
        () => true,
      );

    it("by itself: an idle session does not keep it, and ends with it", async () => {
      const { program, virsh: pid } = await start();
      const began = performance.now();
      program.disconnect();
      await once(program, "exit");
      assert.ok(performance.now() - began < 3_000);
      await until("virsh is gone", () => isGone(pid), 2);
    });

    it("by SIGKILL: virsh ends, too, and the user's history and key bindings are neither read nor written", async () => {
      const home = await mkdtemp(join(lab("LAB_DIR"), "home-"));
      const history = join(home, ".cache/libvirt/virsh/history");
      await mkdir(join(history, ".."), { recursive: true });
      await writeFile(history, "mine\n");
      await writeFile(join(home, ".inputrc"), '"l": "x"\nset editing-mode vi\n');
      const saved = { HOME: process.env["HOME"], XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] };
      process.env["HOME"] = home;
      delete process.env["XDG_CACHE_HOME"];
      const { program, virsh: pid } = await start();
      for (const [name, value] of Object.entries(saved)) if (value !== undefined) process.env[name] = value;
      program.kill("SIGKILL");
      await until("virsh is gone", () => isGone(pid), 2);
      assert.equal(await readFile(history, "utf8"), "mine\n");
      const files = (await output("find", home, "-type", "f")).trim().split("\n");
      assert.deepEqual(files.sort(), [history, join(home, ".inputrc")].sort());
      await rm(home, { recursive: true });
    });

    it("by SIGKILL in a change: virsh ends once libvirt has answered", async () => {
      const { program, virsh: pid } = await start();
      await whileStopped(async () => {
        charactersRead = await charactersReadBy(pid);
        program.send("change");
        await isAsking(pid);
        program.kill("SIGKILL");
        await once(program, "exit");
      });
      await until("virsh is gone", () => isGone(pid), 5);
    });
  });
});
