import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceError } from "@grpc/grpc-js";
import { errorOf, Plugin, secret, UNKNOWN, type Props } from "./plugin.js";

const INPUTS = { domain: "debian12", name: "checkpoint" };
const UUID = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
const STATE: Props = { ...INPUTS, schemaVersion: 1, domainUuid: UUID, domainName: "debian12" };

/** A virsh that never answers, and notes that it runs. */
const DEAF = '#!/bin/sh\necho $$ >>"$0.pids"\nexec sleep 60\n';

describe("a plugin whose virsh does not answer", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let plugin: Plugin;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "deaf-virsh-"));
    await writeFile(join(folder, "virsh"), DEAF);
    await chmod(join(folder, "virsh"), 0o755);
    env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    plugin = await Plugin.start(env, { uri: "qemu:///system" });
  });
  afterEach(async () => {
    await plugin.stop();
    await rm(folder, { recursive: true });
  });

  const pids = async () =>
    (await readFile(join(folder, "virsh.pids"), "utf8")).trim().split("\n").map(Number);
  const started = async () => {
    while ((await pids().catch(() => [])).length === 0) await sleep(20);
  };
  const running = async () => (await pids()).filter(isRunning);

  it("answers every call in flight at once when it is cancelled", async () => {
    const calls = [
      ...Array.from({ length: 20 }, () => plugin.create(INPUTS)),
      plugin.read(`${UUID}/checkpoint`, STATE),
      plugin.delete(`${UUID}/checkpoint`, STATE),
      plugin.invoke("getDomain", { domain: "debian12" }),
      plugin.list({}),
    ];
    const answers = Promise.allSettled(calls);
    await started();
    const before = performance.now();
    await plugin.cancel();
    for (const answer of await answers) {
      assert.equal(answer.status, "rejected");
      assert.match((answer.reason as ServiceError).details, /Pulumi was stopped .*Nothing was changed\./);
    }
    assert.ok(performance.now() - before < 2000);
    assert.equal(plugin.child.exitCode, null);
  });

  it("serves the next engine that attaches to it after a cancel", async () => {
    await plugin.cancel();
    await assert.rejects(plugin.list({}), /Pulumi was stopped before it began/);
    await plugin.configure({ timeoutSeconds: 1 });
    await assert.rejects(plugin.list({}), /time limit of 1 s/);
  });

  for (const [how, end] of [
    ["the engine goes away", () => plugin.loseEngine()],
    ["it is told to end", () => plugin.child.kill("SIGINT")],
  ] as const) {
    it(`ends when ${how}, and leaves no virsh`, async () => {
      const calls = Promise.allSettled([plugin.create(INPUTS), plugin.invoke("getDomain", { domain: "a" })]);
      await started();
      end();
      assert.equal(await plugin.ended(), 0);
      await calls;
      assert.deepEqual(await running(), []);
    });
  }

  it("talks to its engine past every proxy", async () => {
    const proxy = "http://127.0.0.1:9";
    const behind = await Plugin.start({ ...env, https_proxy: proxy, http_proxy: proxy, grpc_proxy: proxy });
    await sleep(500);
    assert.equal(behind.child.exitCode, null);
    await behind.stop();
  });

  it("fails no preview because of a value that is not known yet", async () => {
    const id = `${UUID}/checkpoint`;
    const news = { ...INPUTS, domain: "another", uri: UNKNOWN, revert: { triggers: [UNKNOWN] } };
    assert.deepEqual((await plugin.diff(id, STATE, news)).replaces, ["domain"]);
    const open = { ...INPUTS, uri: UNKNOWN, description: UNKNOWN, deleteScope: UNKNOWN };
    assert.equal((await plugin.update(id, STATE, open, { preview: true }))["uri"], UNKNOWN);
    assert.deepEqual(plugin.told(), []);
  });

  it("obeys the resource's own time limit before all others", async () => {
    await assert.rejects(
      plugin.create({ ...INPUTS, timeoutSeconds: 300 }, { timeout: 1 }),
      /time limit of 1 s/,
    );
  });

  it("hides the server of a secret URI in every message", async () => {
    await plugin.configure({ uri: secret("qemu+ssh://hidden.example/system"), timeoutSeconds: 1 });
    const error = await errorOf(plugin.create(INPUTS));
    assert.doesNotMatch(error.details, /hidden/);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
