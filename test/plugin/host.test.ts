import assert from "node:assert/strict";
import { initFailure } from "../dynamic-host/dynamic-host.js";
import {
  creationTime,
  guest,
  isBusy,
  qemuPid,
  snapshotsOf,
  until,
  type Guest,
} from "../live/support/host.js";
import { errorOf, Plugin, UNKNOWN } from "./plugin.js";

/** Operations that hang, because the guest's QEMU is stopped in the middle of them. */
describe("a plugin that is cancelled while libvirt works", () => {
  let domain: Guest;
  let plugin: Plugin;
  let qemu: number;
  before(async () => (domain = await guest()));
  beforeEach(async () => {
    [plugin, qemu] = await Promise.all([Plugin.start(), qemuPid(domain)]);
  });
  afterEach(async () => {
    process.kill(qemu, "SIGCONT");
    await plugin.stop();
  });

  const inputs = () => ({ domain: domain.name, name: "slow" });

  it("answers at once, and the next run adopts the snapshot that libvirt takes meanwhile", async () => {
    process.kill(qemu, "SIGSTOP");
    const creating = errorOf(plugin.create(inputs()));
    await until("the host is at it", () => isBusy(domain));
    const cancelled = performance.now();
    await plugin.cancel();
    const failure = initFailure(await creating) ?? assert.fail("nothing is saved");
    assert.ok(performance.now() - cancelled < 2000);
    assert.equal(failure.id, `${domain.uuid}/slow`);
    assert.match(failure.reasons.join(), /Pulumi was stopped while it ran/);
    assert.equal(failure.properties["name"], "slow");

    process.kill(qemu, "SIGCONT");
    await until("the host is done", async () => !(await isBusy(domain)));
    await plugin.stop();
    plugin = await Plugin.start();
    const { outputs } = await plugin.read(failure.id, failure.properties, inputs());
    assert.equal(outputs["creationTime"], await creationTime(domain, "slow"));
    assert.equal((await plugin.diff(failure.id, outputs, inputs())).changes, false);
    await plugin.delete(failure.id, outputs);
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("leaves alone what has not begun: calls that wait for their turn fail, and nothing comes of them", async () => {
    process.kill(qemu, "SIGSTOP");
    const first = errorOf(plugin.create(inputs()));
    await until("the host is at it", () => isBusy(domain));
    const waiting = ["a", "b", "c"].map((name) => errorOf(plugin.create({ ...inputs(), name })));
    await plugin.cancel();
    for (const error of await Promise.all(waiting)) assert.equal(initFailure(error), undefined);
    process.kill(qemu, "SIGCONT");
    const { id } = initFailure(await first) ?? assert.fail();
    await until(
      "the host is done",
      async () => (await snapshotsOf(domain)).length > 0 && !(await isBusy(domain)),
    );
    assert.deepEqual(await snapshotsOf(domain), ["slow"]);
    await plugin.stop();
    plugin = await Plugin.start();
    const { outputs } = await plugin.read(id, {}, {});
    await plugin.delete(id, outputs);
  });
});

describe("a plugin beside a real host", () => {
  let domain: Guest;
  let plugin: Plugin;
  before(async () => {
    [domain, plugin] = await Promise.all([guest("--off"), Plugin.start()]);
  });
  after(() => plugin.stop());

  const inputs = () => ({ domain: domain.name, name: "slow" });

  it("previews two hundred creates at once, all against the host", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    const previews = await Promise.all(
      names.map((name) =>
        plugin.create({ ...inputs(), name, disks: [{ name: "vdz", snapshot: "no" }] }, { preview: true }),
      ),
    );
    assert.ok(previews.every(({ id, outputs }) => id === "" && outputs["creationTime"] === UNKNOWN));
    assert.equal(plugin.told().filter((line) => line.includes("vdz")).length, 200);
  });

  it("lists a host in pages, with IDs that import", async () => {
    for (const name of ["one", "two", "three"]) await plugin.create({ ...inputs(), name });
    const all = await plugin.list({ domain: domain.name });
    assert.deepEqual(
      all.results.map(([name, id]) => [name, id]),
      ["one", "three", "two"].map((name) => [name, `${domain.uuid}/${name}`]),
    );
    const first = await plugin.list({ domain: domain.name }, { pageSize: 2 });
    const second = await plugin.list({ domain: domain.name }, { pageSize: 2, token: first.token });
    assert.deepEqual([...first.results, ...second.results], all.results);
    const ofHost = await plugin.list({});
    assert.ok(ofHost.results.some(([name]) => name === `${domain.name}-two`));
    const roots = await plugin.list({ domain: domain.name, roots: true });
    assert.deepEqual(roots.results, [["one", `${domain.uuid}/one`]]);
    for (const [, id] of [...all.results].reverse()) {
      const { outputs } = await plugin.read(id);
      await plugin.delete(id, outputs);
    }
  });
});
