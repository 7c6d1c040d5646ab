import assert from "node:assert/strict";
import { join } from "node:path";
import { CommandLine } from "./support/command-line.js";
import { ROOT } from "./support/example.js";
import { inGuest, lab, snapshotsOf, virsh, type Guest } from "./support/host.js";
import { closed } from "./support/libvirt.js";
import { assertAllPrinted, shownLines } from "./support/readme.js";
import { Walk } from "./support/walk.js";

/** Does what the README of each example says, up to its last part. Returns the snapshots that are then there. */
const WALKS: Record<string, (walk: Walk) => Promise<[Guest, string[]][]>> = {
  "quick-start": async (walk) => {
    const domain = await walk.debian12();
    await walk.set({ domain: domain.name });
    await walk.up();
    await walk.set({ revert: "now" });
    await walk.pulumi("preview");
    return [[domain, ["before-upgrade"]]];
  },
  checkpoint: async (walk) => {
    const domain = await walk.debian12();
    await walk.set({ domain: domain.name });
    await walk.up();
    await walk.set({ revert: "now" });
    await walk.pulumi("preview");
    return [[domain, ["instantánea1"]]];
  },
  "before-upgrade": async (walk) => {
    const domain = await walk.debian12();
    const shell = `lab-guest ${domain.name}`;
    await walk.set({
      domain: domain.name,
      upgrade: "1.2",
      upgradeCommand: `${shell} "upgraded=$VERSION"`,
      verifyCommand: `${shell} 'test "$upgraded" = 1.3'`,
    });
    await walk.up();
    await walk.set({ rollback: "true" });
    await walk.pulumi("preview");
    await walk.up();
    await walk.set({ rollback: "false", upgrade: "1.3" });
    await walk.up();
    assert.equal(await inGuest(domain.name, 'echo "$upgraded"; unset upgraded'), "1.3");
    return [[domain, ["before-1.3"]]];
  },
  "adopt-existing": async (walk) => {
    const domain = await walk.guest("web");
    for (const name of ["fresh-install", "with db"])
      await virsh("snapshot-create-as", domain.uuid, name, "old");
    await walk.set({
      "snapshots[0].domain": domain.name,
      "snapshots[0].name": "fresh-install",
      "snapshots[0].description": "by hand, 12 May",
      "snapshots[1].domain": domain.name,
      "snapshots[1].name": "with db",
    });
    await walk.up();
    await walk.set({ "snapshots[0].revert": "now" });
    await walk.pulumi("preview");
    return [[domain, ["fresh-install", "with db"]]];
  },
  "many-vms": async (walk) => {
    const [web, db, cache] = [await walk.guest("web"), await walk.guest("db"), await walk.guest("cache")];
    const uri = lab("LIBVIRT_DEFAULT_URI");
    await walk.set({
      "hosts.kvm1.uri": uri,
      "hosts.kvm1.domains[0]": web.name,
      "hosts.kvm1.domains[1]": db.name,
      "hosts.kvm2.uri": "qemu+unix:///session?socket=/nowhere/libvirt-sock",
      "hosts.kvm2.domains[0]": cache.name,
    });
    await walk.up("--continue-on-error");
    await walk.set({ "hosts.kvm2.uri": uri });
    await walk.up("--continue-on-error");
    await walk.set({ revert: "now" });
    await walk.pulumi("preview");
    return [web, db, cache].map((domain) => [domain, ["before-maintenance"]]);
  },
  "ci-fleet": async (walk) => {
    const workers: Guest[] = [];
    for (const name of ["ci1", "ci2", "ci3", "ci4"]) workers.push(await walk.guest(name));
    for (const [index, { name }] of workers.entries()) await walk.set({ [`workers[${index}]`]: name });
    await walk.set({ jobId: "none" });
    await walk.up();
    await walk.up("--config", "jobId=4711");
    return workers.map((worker) => [worker, ["clean"]]);
  },
};

describe("the command line in the folder of each example", () => {
  for (const [example, follow] of Object.entries(WALKS)) {
    it(`${example}: does what its README says, and prints each line that it shows`, async function () {
      if (example === "checkpoint" && (await closed("internalRunningAnyName")) !== undefined) this.skip();
      const commandLine = new CommandLine(join(ROOT, "examples", example));
      const walk = new Walk(commandLine);
      try {
        await commandLine.open();
        const taken = await follow(walk);
        for (const [domain, names] of taken) assert.deepEqual(await snapshotsOf(domain), names);
        assertAllPrinted(shownLines(example), walk.printed, walk.names);
        await commandLine.pulumi("destroy", "--yes", "--skip-preview");
        for (const [domain] of taken) assert.deepEqual(await snapshotsOf(domain), []);
      } finally {
        await commandLine.close();
      }
    });
  }
});
