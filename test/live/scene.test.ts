import assert from "node:assert/strict";
import { Snapshot } from "../../sdk/index.js";
import { assertDone, TestStack } from "./support/engine.js";
import {
  creationTime,
  diskOf,
  hostBehind,
  imageDate,
  imageSnapshots,
  inGuest,
  lab,
  snapshotsOf,
  snapshotXml,
  virsh,
  type Guest,
} from "./support/host.js";
import { closed } from "./support/libvirt.js";

describe("a checkpoint of a running VM, and a revert of disk and memory", () => {
  const DESCRIPTION = "Creada carpeta importante";
  let name: string;
  let domain: Guest;
  let stack: TestStack;
  let disk: string;
  let taken: string;

  const program = (token: string) => () => ({
    checkpoint: new Snapshot("checkpoint", {
      domain: lab("LAB_DOMAIN"),
      name,
      description: DESCRIPTION,
      atomic: true,
      revert: { triggers: [token] },
    }),
  });
  const backLine = () =>
    `${domain.name} will go back to snapshot "${name}", taken ${taken}: ` +
    "everything since then, on disk and in memory, is discarded.";
  const inTheGuest = () => inGuest(domain.name, 'ls /data/importante 2>&1; echo "remembered: $remembered"');

  before(async () => {
    // Where libvirt names QEMU's job after the snapshot, it accepts no other characters.
    name = (await closed("internalRunningAnyName")) === undefined ? "instantánea1" : "instantanea1";
    domain = { name: lab("LAB_DOMAIN"), uuid: await virsh("domuuid", lab("LAB_DOMAIN")) };
    disk = await diskOf(domain);
    stack = await TestStack.open();
    await inGuest(
      domain.name,
      "mkdir /data/importante && touch /data/importante/nota && sync; remembered=before",
    );
  });
  after(async () => {
    await stack.close();
    await inGuest(domain.name, "rm -rf /data/importante; unset remembered");
  });

  it("previews one create and touches nothing", async () => {
    assertDone(await stack.preview(program("never")), ["create checkpoint"]);
    assert.deepEqual(await snapshotsOf(domain), []);
  });

  it("takes it, and virsh and qemu-img agree with the outputs", async () => {
    assertDone(await stack.up(program("never")), ["create checkpoint"]);
    taken = await creationTime(domain, name);
    const { urn: _, ...outputs } = (await stack.outputs())["checkpoint"] as Record<string, unknown>;
    assert.deepEqual(outputs, {
      id: `${domain.uuid}/${name}`,
      domain: domain.name,
      domainUuid: domain.uuid,
      domainName: domain.name,
      host: await hostBehind(),
      name,
      description: DESCRIPTION,
      atomic: true,
      revert: { triggers: ["never"] },
      creationTime: taken,
      state: "running",
      location: "internal",
      isCurrent: true,
      capturedDisks: [{ name: "vda", snapshot: "internal", ...(await imageDate(disk, name)) }],
      capturedMemory: { snapshot: "internal" },
      consistency: "memory",
    });

    const of = [`--domain=${domain.uuid}`, `--snapshotname=${name}`];
    assert.deepEqual(await snapshotsOf(domain), [name]);
    const info = await virsh("snapshot-info", ...of);
    for (const line of [
      `Name: ${name}`,
      `Domain: ${domain.name}`,
      "Current: yes",
      "State: running",
      "Location: internal",
    ]) {
      assert.ok(info.replace(/: +/g, ": ").split("\n").includes(line), `${line} in ${info}`);
    }
    const xml = await snapshotXml(domain, name);
    for (const element of [
      `<description>${DESCRIPTION}</description>`,
      "<state>running</state>",
      "<memory snapshot='internal'/>",
      "<disk name='vda' snapshot='internal'/>",
    ]) {
      assert.ok(xml.includes(element), `${element} in ${xml}`);
    }
    assert.equal(await virsh("snapshot-current", `--domain=${domain.uuid}`, "--name"), name);
    await assert.rejects(virsh("snapshot-parent", ...of), /has no parent/);
    const [image, ...others] = await imageSnapshots(disk);
    assert.equal(image?.name, name);
    assert.ok(image["vm-state-size"] > 1024 * 1024, "the image holds the memory");
    assert.ok(
      Math.abs(image["date-sec"] - Date.parse(taken) / 1000) <= 5,
      "the image and libvirt name one moment",
    );
    assert.deepEqual(others, []);
    assert.equal(await virsh("domstate", domain.name), "running");
  });

  it("does nothing on a second up", async () => {
    assertDone(await stack.up(program("never")), []);
  });

  it("previews where a revert takes the VM and what it discards, and touches nothing", async () => {
    await inGuest(domain.name, "rm -r /data/importante && sync; remembered=after");
    assertDone(await stack.preview(program("please")), ["update checkpoint"], [backLine()]);
    assert.match(await inTheGuest(), /No such file[^]*remembered: after/);
  });

  it("restores the directory and what the memory held", async () => {
    assertDone(await stack.up(program("please")), ["update checkpoint"], [backLine()]);
    assert.equal(await inTheGuest(), "nota\nremembered: before");
    const { lastRevert, creationTime: still } = (await stack.outputs())["checkpoint"] as {
      lastRevert: { at: string; triggers: unknown[] };
      creationTime: string;
    };
    assert.deepEqual(lastRevert.triggers, ["please"]);
    assert.ok(Math.abs(Date.parse(lastRevert.at) - Date.now()) < 60_000, lastRevert.at);
    assert.equal(still, taken);
  });

  it("leaves nothing to do afterwards, neither for up nor for refresh", async () => {
    assertDone(await stack.up(program("please")), []);
    assertDone(await stack.refresh(), []);
    assertDone(await stack.up(program("please")), []);
  });

  it("destroys the snapshot, in virsh and in the image, and the VM keeps running", async () => {
    await inGuest(domain.name, "remembered=running-on");
    assertDone(await stack.destroy(), ["delete checkpoint"]);
    assert.deepEqual(await snapshotsOf(domain), []);
    assert.deepEqual(await imageSnapshots(disk), []);
    assert.equal(await inTheGuest(), "nota\nremembered: running-on");
  });
});
