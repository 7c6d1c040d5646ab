import assert from "node:assert/strict";
import { isVirshError } from "../../../provider/errors.js";
import * as definition from "../../../provider/virsh/commands/definition.js";
import * as domain from "../../../provider/virsh/commands/domain.js";
import * as snapshot from "../../../provider/virsh/commands/snapshot.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";

function isUnexpected(error: unknown): boolean {
  return isVirshError(error, "Unexpected") && error.said.includes("which is not understood");
}

describe("virsh's answer", () => {
  it("lists domains, whatever their names hold", () => {
    const { parse } = domain.listDomains();
    const other = "4b239424-eb0f-402a-854c-8a2b01c15fea";
    assert.deepEqual(parse(`${UUID} fw\n${other}  a ñ 🙂 \n`), [
      { uuid: UUID, name: "fw" },
      { uuid: other, name: " a ñ 🙂 " },
    ]);
    assert.deepEqual(parse(""), []);
    for (const bad of [`${UUID} fw`, `${UUID}\n`, "fw\n", "\n"])
      assert.throws(() => parse(bad), isUnexpected);
  });

  it("is the state of a domain in libvirt's words", () => {
    const { parse } = domain.domainState(UUID);
    const states = [
      "no state",
      "running",
      "idle",
      "paused",
      "in shutdown",
      "shut off",
      "crashed",
      "pmsuspended",
    ];
    for (const state of states) assert.equal(parse(`${state}\n`), state);
    for (const bad of ["", "Running\n", "laufend\n"]) assert.throws(() => parse(bad), isUnexpected);
  });

  it("is the state of a domain and its reason", () => {
    const { parse } = domain.domainCondition(UUID);
    assert.deepEqual(parse("paused (saving)\n\n"), { state: "paused", reason: "saving" });
    assert.deepEqual(parse("shut off (daemon)\n"), { state: "shut off", reason: "daemon" });
    for (const bad of ["paused\n", "laufend (gestartet)\n", ""])
      assert.throws(() => parse(bad), isUnexpected);
  });

  it("is that file systems are not frozen, and a frozen agent's refusal says that they are", () => {
    const { parse, refusals: [refusal] = [] } = domain.isFrozen(UUID);
    assert.equal(parse("/data   vda   ext4   vda\n"), false);
    const command =
      "unable to execute QEMU agent command 'guest-get-fsinfo': Command guest-get-fsinfo has been disabled";
    assert.ok(refusal !== undefined);
    assert.ok(refusal.said.test(`internal error: ${command}: the agent is in frozen state`));
    assert.equal(refusal.means, true);
    assert.equal(refusal.said.test(`internal error: ${command} for this instance`), false);
  });

  it("is that a file holds half of a memory, only where libvirt says so", () => {
    const { parse, refusals = [] } = domain.isHalfWritten("/images/m");
    const means = (said: string) => refusals.find((one) => one.said.test(said))?.means;
    assert.equal(means("operation failed: save image is incomplete"), true);
    assert.equal(means("operation failed: image magic is incorrect"), false);
    assert.equal(means("Failed to open file '/images/m': No such file or directory"), false);
    assert.equal(parse("<domain/>\n"), false);
  });

  it("tells an idle domain from one with a job, and an inactive one is idle", () => {
    const { parse, refusals: [refusal] = [] } = domain.domainControl(UUID);
    assert.deepEqual(parse("ok\n"), { idle: true });
    for (const said of ["background job (1.003s)", "occupied (0.200s)", "error: monitor failure (1.000s)"]) {
      assert.deepEqual(parse(`${said}\n`), { idle: false, said });
    }
    assert.throws(() => parse("fine\n"), isUnexpected);
    assert.ok(refusal !== undefined);
    assert.ok(refusal.said.test("Requested operation is not valid: domain is not running"));
    assert.deepEqual(refusal.means, { idle: true });
    assert.equal(refusal.said.test("Requested operation is not valid: other"), false);
  });

  it("is the size of a disk, in bytes", () => {
    const { parse } = domain.blockInfo(UUID, "vda");
    const text = "Capacity:       67108864\nAllocation:     1048576\nPhysical:       196616\n";
    assert.deepEqual(parse(text), { capacity: 67_108_864, allocation: 1_048_576, physical: 196_616 });
    for (const bad of ["", "Capacity:       64 MiB\n", "Capacity:       67108864\n"])
      assert.throws(() => parse(bad), isUnexpected);
  });

  it("is the kind of block job that a disk is in, and none of a domain that is off", () => {
    const { parse, refusals: [refusal] = [] } = domain.blockJob(UUID, "vda");
    assert.equal(parse(" type=Block Copy\n bandwidth=1\n cur=16777216\n end=67108864\n\n"), "Block Copy");
    for (const none of ["", "\n"]) assert.equal(parse(none), undefined);
    assert.throws(() => parse("Block Copy: [ 25 %]\n"), isUnexpected);
    assert.ok(refusal !== undefined);
    assert.ok(refusal.said.test("Requested operation is not valid: domain is not running"));
    assert.equal(refusal.means, undefined);
  });

  it("is the version of the daemon, not of the client", () => {
    const { parse } = domain.daemonVersion();
    const text =
      "Compiled against library: libvirt 9.0.0\nUsing library: libvirt 9.0.0\nUsing API: QEMU 9.0.0\n" +
      "Running hypervisor: QEMU 7.2.22\nRunning against daemon: 11.3.0\n";
    assert.equal(parse(text), "11.3.0");
    assert.throws(() => parse("Using library: libvirt 9.0.0\n"), isUnexpected);
  });

  it("lists snapshots, one a line, spaces and all", () => {
    const { parse } = snapshot.listSnapshots(UUID);
    assert.deepEqual(parse("--domain\n-x\n a b \n"), ["--domain", "-x", " a b "]);
    assert.deepEqual(parse(""), []);
    assert.throws(() => parse("a\nb"), isUnexpected);
  });

  it("lists what came after a snapshot, or nothing", () => {
    const { parse } = snapshot.listDescendants(UUID, "a");
    assert.deepEqual(parse(" b \n--\n"), [" b ", "--"]);
    assert.deepEqual(parse(""), []);
    assert.throws(() => parse("b"), isUnexpected);
  });

  for (const list of [domain.listManagedSaves(), domain.listPersistent(), domain.listAutostart()]) {
    it(`is a list of domains only where every line is one: ${list.tried}`, () => {
      const table = " Id   Name   State\n----------------------\n -    fw     shut off\n";
      assert.deepEqual(list.parse(`${UUID} fw\n`), [UUID]);
      assert.deepEqual(list.parse(""), []);
      for (const bad of [table, ` -    fw     shut off\n`, "\n", `${UUID}\n`, `${UUID} fw\n\n`, `${UUID} fw`])
        assert.throws(() => list.parse(bad), isUnexpected);
    });
  }

  const nameLists = [
    snapshot.listSnapshots(UUID),
    snapshot.listDescendants(UUID, "a"),
    definition.listCheckpoints(UUID),
  ];
  for (const list of nameLists) {
    it(`is a list of names only where every line can be one: ${list.tried}`, () => {
      const row = " a      2026-11-29 01:54:35 +0000   shutoff\n";
      for (const bad of ["\n", "a\n\n", `${row}\n`, row, ".a\n", "a/b\n"])
        assert.throws(() => list.parse(bad), isUnexpected);
      assert.deepEqual(list.parse("2026-11-29 01:54:35\n a\n-\n"), ["2026-11-29 01:54:35", " a", "-"]);
    });
  }

  const files: [said: string, there: boolean | "not known"][] = [
    ["Failed to open file '/images/m': No such file or directory", false],
    ["Failed to open file '/images/it's\nm': No such file or directory", false],
    ["operation failed: failed to read qemu header", true],
    ["operation failed: image magic is incorrect", true],
    ["operation failed: save image is incomplete", true],
    ["Failed to open file '/images/m': Permission denied", "not known"],
    ["failed to connect to the hypervisor", "not known"],
    ["No such file or directory", "not known"],
  ];
  for (const [said, there] of files) {
    it(`tells of a file that it is ${String(there)}: ${JSON.stringify(said)}`, () => {
      const { refusals = [] } = domain.fileExists("/images/m");
      const answer = refusals.find(({ said: words }) => words.test(said));
      assert.equal(answer === undefined ? "not known" : answer.means, there);
    });
  }

  it("tells that a file is there by what is in it", () => {
    assert.equal(domain.fileExists("/images/m").parse("<domain/>\n"), true);
  });

  it("names the current snapshot, with or without a newline at the end, or says that there is none", () => {
    const { parse, refusals: [refusal] = [] } = snapshot.currentSnapshot(UUID);
    assert.equal(parse("--"), "--");
    assert.equal(parse(" a b \n"), " a b ");
    assert.throws(() => parse(""), isUnexpected);
    assert.throws(() => parse("\n"), isUnexpected);
    assert.ok(refusal !== undefined);
    assert.ok(refusal.said.test(`domain '${UUID}' has no current snapshot`));
    assert.equal(refusal.means, undefined);
    assert.equal(refusal.said.test(`failed to get domain '${UUID}'`), false);
  });

  it("is the document of a snapshot, to the letter", () => {
    const text = "<domainsnapshot>\n  <name>ñ</name>\n</domainsnapshot>\n\n";
    assert.equal(snapshot.snapshotXml(UUID, "a").parse(text), text);
  });

  it("that is not understood is shown, but not at any length", () => {
    assert.throws(
      () => domain.domainState(UUID).parse("x".repeat(1000)),
      (error) => isUnexpected(error) && String(error).length < 500,
    );
  });
});
