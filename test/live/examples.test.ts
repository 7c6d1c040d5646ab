import assert from "node:assert/strict";
import { assertDone, assertFailed, TestStack, type Run } from "./support/engine.js";
import { example } from "./support/example.js";
import {
  creationTime,
  guest,
  inGuest,
  lab,
  snapshotsOf,
  snapshotXml,
  virsh,
  type Guest,
} from "./support/host.js";
import { closed } from "./support/libvirt.js";

/** A stack for each `describe`, without the language host: the program runs in this process. */
function stackPerDescribe(): { current: TestStack } {
  const holder = {} as { current: TestStack };
  before(async () => {
    holder.current = await TestStack.open();
  });
  after(() => holder.current.close());
  return holder;
}

async function labDomain(): Promise<Guest> {
  return { name: lab("LAB_DOMAIN"), uuid: await virsh("domuuid", lab("LAB_DOMAIN")) };
}

async function backLine(domain: Guest, name: string, what: string): Promise<string> {
  return `${domain.name} will go back to snapshot "${name}", taken ${await creationTime(domain, name)}: ${what}`;
}

const WITH_MEMORY = "everything since then, on disk and in memory, is discarded.";

/** The line of a revert comes beside others about resources, in any order. */
function sorted({ steps, ...run }: Run): Run {
  return { ...run, steps: [...steps].sort(), messages: [...run.messages].sort() };
}

describe("examples/quick-start", () => {
  const stack = stackPerDescribe();
  const program = example("quick-start");

  it("takes a snapshot of a running VM under an ASCII name, which every libvirt accepts, and reverts to it", async () => {
    const domain = await labDomain();
    await inGuest(domain.name, "remembered=before");
    assertDone(await stack.current.up(program), ["create before-upgrade"]);
    assertDone(await stack.current.up(program), []);
    await inGuest(domain.name, "remembered=after");
    await stack.current.configure("revert", "please");
    const line = await backLine(domain, "before-upgrade", WITH_MEMORY);
    assertDone(await stack.current.up(program), ["update before-upgrade"], [line]);
    assert.equal(await inGuest(domain.name, 'echo "$remembered"; unset remembered'), "before");
    assertDone(await stack.current.destroy(), ["delete before-upgrade"]);
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});

describe("examples/checkpoint", () => {
  const stack = stackPerDescribe();
  const program = example("checkpoint");

  it("takes a checkpoint of a running VM and reverts disk and memory to it, or says that it needs a plainer name", async () => {
    const domain = await labDomain();
    const reason = await closed("internalRunningAnyName");
    if (reason !== undefined) {
      const why = `Unable to take snapshot "instantánea1" of ${domain.name}: name: ${reason}. Nothing was changed. `;
      const way = 'Use another name, for example "instantanea1", or take an external snapshot.';
      assertFailed(await stack.current.up(program), ["create checkpoint"], [why + way]);
      assert.deepEqual(await snapshotsOf(domain), []);
      return;
    }
    await inGuest(domain.name, "touch /data/nota && sync; remembered=before");
    assertDone(await stack.current.up(program), ["create checkpoint"]);
    assertDone(await stack.current.up(program), []);
    await inGuest(domain.name, "rm /data/nota && sync; remembered=after");
    await stack.current.configure("revert", "please");
    const line = await backLine(domain, "instantánea1", WITH_MEMORY);
    assertDone(await stack.current.up(program), ["update checkpoint"], [line]);
    assert.equal(await inGuest(domain.name, 'ls /data/nota; echo "$remembered"'), "/data/nota\nbefore");
    assertDone(await stack.current.destroy(), ["delete checkpoint"]);
    await inGuest(domain.name, "rm /data/nota; unset remembered");
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});

describe("examples/before-upgrade", () => {
  const stack = stackPerDescribe();
  const program = example("before-upgrade");
  let domain: Guest;
  const version = () => inGuest(domain.name, "cat /data/version 2>/dev/null || echo none");

  before(async () => {
    domain = await labDomain();
    const { current } = stack;
    await current.configure("domain", domain.name);
    await current.configure("upgrade", "1.2");
    await current.configure(
      "upgradeCommand",
      `lab-guest ${domain.name} "echo $VERSION >/data/version && sync"`,
    );
    await current.configure("verifyCommand", `lab-guest ${domain.name} "! grep -qx 1.2 /data/version"`);
  });
  after(() => inGuest(domain.name, "rm -f /data/version"));

  it("keeps the checkpoint when the verification fails, and says how to revert", async () => {
    const { ok, steps, messages } = await stack.current.up(program);
    assert.deepEqual(
      { ok, steps },
      { ok: false, steps: ["create checkpoint", "create upgrade", "create verify"] },
    );
    assert.ok(
      messages.some((message) => message.includes("To go back: pulumi config set rollback true; pulumi up")),
      messages.join("\n"),
    );
    assert.equal(await version(), "1.2");
    assert.deepEqual(await snapshotsOf(domain), ["before-1.2"]);
  });

  it("reverts the VM once with that one value", async () => {
    await stack.current.configure("rollback", "true");
    const { ok, steps, messages } = await stack.current.up(program);
    assert.deepEqual({ ok, steps }, { ok: true, steps: ["update checkpoint", "delete upgrade"] });
    assert.ok(messages.includes(await backLine(domain, "before-1.2", WITH_MEMORY)), messages.join("\n"));
    assert.equal(await version(), "none");
    assert.deepEqual((await stack.current.up(program)).steps, []);
  });

  it("takes a new checkpoint before the next upgrade, and deletes the old one afterwards", async () => {
    await stack.current.configure("rollback", "false");
    await stack.current.configure("upgrade", "1.3");
    const { ok, steps } = await stack.current.up(program);
    assert.deepEqual(
      { ok, steps },
      {
        ok: true,
        steps: [
          "create-replacement checkpoint",
          "replace checkpoint",
          "create upgrade",
          "create verify",
          "delete-replaced checkpoint",
        ],
      },
    );
    assert.equal(await version(), "1.3");
    assert.deepEqual(await snapshotsOf(domain), ["before-1.3"]);
  });

  it("deletes the checkpoint and keeps the upgrade", async () => {
    assert.equal((await stack.current.destroy()).ok, true);
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.equal(await version(), "1.3");
  });
});

describe("examples/adopt-existing", () => {
  const stack = stackPerDescribe();
  const program = example("adopt-existing");

  it("adopts a manual snapshot as it is, reverts to it, and deletes it", async () => {
    const domain = await guest("--off");
    const byHand = async (name: string, ...how: string[]) =>
      virsh("snapshot-create-as", `--domain=${domain.uuid}`, `--name=${name}`, ...how);
    await byHand("fresh install", "--description=by hand");
    await byHand("with db");
    const before = await Promise.all(["fresh install", "with db"].map((name) => snapshotXml(domain, name)));

    const entries = [
      { domain: domain.name, name: "fresh install", description: "by hand" },
      { domain: domain.name, name: "with db" },
    ];
    await stack.current.configure("snapshots", JSON.stringify(entries));
    const names = entries.map(({ name }) => `${domain.name}/${name}`);
    assertDone(
      sorted(await stack.current.up(program)),
      names.map((name) => `create ${name}`),
    );
    assert.deepEqual(
      await Promise.all(["fresh install", "with db"].map((name) => snapshotXml(domain, name))),
      before,
    );
    assertDone(await stack.current.up(program), []);

    const [first, second] = entries;
    await stack.current.configure("snapshots", JSON.stringify([{ ...first, revert: "2026-05-20" }, second]));
    const { steps } = await stack.current.up(program);
    assert.deepEqual(steps, [`update ${names[0] ?? ""}`]);
    const current = await virsh("snapshot-current", `--domain=${domain.uuid}`, "--name");
    assert.equal(current, "fresh install");

    assert.equal((await stack.current.destroy()).ok, true);
    assert.deepEqual(await snapshotsOf(domain), []);
  });
});

describe("examples/many-vms", () => {
  const stack = stackPerDescribe();
  const program = example("many-vms");
  const NOWHERE = "qemu+unix:///session?socket=/nowhere/libvirt-sock";

  it("takes the possible snapshots while a host is down, and the rest once it is up", async () => {
    const [web, db, cache] = await Promise.all([guest("--off"), guest("--off"), guest("--off")]);
    const configure = (uri: string) => {
      const hosts = {
        kvm1: { uri, domains: [cache.name] },
        kvm2: { uri: lab("LIBVIRT_DEFAULT_URI"), domains: [web.name, db.name] },
      };
      return stack.current.configure("hosts", JSON.stringify(hosts));
    };
    const all = [`kvm1/${cache.name}`, `kvm2/${web.name}`, `kvm2/${db.name}`];
    const taken = () => Promise.all([cache, web, db].map(snapshotsOf));

    await configure(NOWHERE);
    const run = await stack.current.upAsFarAsPossible(program);
    assert.equal(run.ok, false);
    assert.deepEqual(
      [...run.steps].sort(),
      all.map((name) => `create ${name}`),
    );
    assert.match(run.messages.join("\n"), /Failed to connect socket to '\/nowhere\/libvirt-sock'/);
    assert.deepEqual(await taken(), [[], ["before-maintenance"], ["before-maintenance"]]);

    await configure(lab("LIBVIRT_DEFAULT_URI"));
    assertDone(await stack.current.up(program), [`create kvm1/${cache.name}`]);
    assertDone(await stack.current.up(program), []);
    assert.equal((await stack.current.destroy()).ok, true);
    assert.deepEqual(await taken(), [[], [], []]);
  });
});

describe("examples/ci-fleet", () => {
  const stack = stackPerDescribe();
  const program = example("ci-fleet");

  it("reverts every worker to clean for a new job, also one that the last job shut down", async () => {
    const workers = [await labDomain(), await guest()];
    const [left, stopped] = workers as [Guest, Guest];
    const steps = (verb: string) => workers.map(({ name }) => `${verb} ${name}`).sort();
    await stack.current.configure("workers", JSON.stringify(workers.map(({ name }) => name)));
    await stack.current.configure("jobId", "none");
    assertDone(sorted(await stack.current.up(program)), steps("create"));
    assertDone(await stack.current.up(program), []);

    await inGuest(left.name, "touch /data/left-behind && sync; remembered=job");
    await virsh("destroy", stopped.name);
    await stack.current.configure("jobId", "4711");
    const run = sorted(await stack.current.up(program));
    const lines = await Promise.all(workers.map((worker) => backLine(worker, "clean", WITH_MEMORY)));
    assertDone(run, steps("update"), lines.sort());
    assert.equal(await inGuest(left.name, 'ls /data/left-behind 2>/dev/null; echo "$remembered"'), "");
    assert.equal(await inGuest(stopped.name, "echo runs"), "runs");

    assertDone(sorted(await stack.current.destroy()), steps("delete"));
    await virsh("destroy", stopped.name);
  });
});
