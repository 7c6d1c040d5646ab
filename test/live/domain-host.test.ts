import assert from "node:assert/strict";
import { chown, mkdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { definitionInForce } from "../../provider/definition/in-force.js";
import { begin, run, type Finished } from "./support/domain-command.js";
import { Disk } from "./support/definition.js";
import { diskOf, lab, snapshotsOf, virsh } from "./support/host.js";
import { VirshStandIn } from "./support/stand-in.js";

/** A domain that someone else acts on, too: virsh, called by the test. */
describe("a Domain whose host changes beside the program", () => {
  const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0261";
  const NAME = `shared ${process.pid}`;
  const vm = { name: NAME, uuid: UUID };
  const off = { PULUMI_VIRSH_RUNNING: "false", PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS: "0" };
  let disk: Disk;
  let standIn: VirshStandIn;

  const titled = (title: string, name = NAME) => disk.xml(name, { uuid: UUID, title });
  const dump = () => virsh("dumpxml", "--inactive", UUID);
  const state = () => virsh("domstate", UUID);
  const isListed = async () => (await virsh("list", "--all", "--uuid")).includes(UUID);
  const isInForce = async (xml: string) => definitionInForce(xml, await dump());

  async function create(xml: string, inputs: Record<string, string> = off): Promise<string> {
    return succeeded(await run("create", xml, inputs));
  }

  function succeeded({ code, stdout }: Finished): string {
    assert.equal(code, 0, stdout);
    return stdout;
  }

  function failed({ code, stdout }: Finished, message: RegExp): void {
    assert.equal(code, 1, stdout);
    assert.match(stdout, message);
  }

  /** Runs a command whose call of virsh stops before this one, and lets the test act there. */
  async function during(
    call: string,
    act: () => Promise<unknown>,
    ...[verb, xml, options]: Parameters<typeof begin>
  ): Promise<Finished> {
    await standIn.stopAt([{ moment: "before", command: call, names: call }]);
    const { finished } = begin(verb, xml, { ...options, env: standIn.env });
    await standIn.arrived([call]);
    await act();
    await standIn.goOn();
    return finished;
  }

  before(async () => {
    [disk, standIn] = [await Disk.make(), await VirshStandIn.make()];
  });
  afterEach(async () => {
    await standIn.allow();
    if (!(await isListed())) return;
    if ((await state()) !== "shut off") await virsh("destroy", UUID);
    if (!(await isListed())) return;
    for (const name of await snapshotsOf(vm)) await virsh("snapshot-delete", UUID, name, "--metadata");
    await virsh("undefine", UUID, "--managed-save", "--nvram");
  });
  after(async () => {
    await disk.close();
    await standIn.close();
  });

  for (const power of ["running", "off"] as const) {
    it(`stays on the overlay of an external snapshot when it is defined again while it is ${power}`, async () => {
      const inputs = power === "running" ? { PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS: "0" } : off;
      const recorded = await create(titled("first"), inputs);
      await virsh("snapshot-create-as", UUID, "theirs", "--disk-only");
      const overlay = await diskOf(vm);
      assert.notEqual(overlay, disk.file);
      const { stderr, ...updated } = await run("update", titled("second"), inputs, recorded);
      succeeded({ ...updated, stderr });
      assert.ok(stderr.includes(`Disk vda of ${NAME} stays on ${overlay}, the overlay that`), stderr);
      assert.match(await dump(), /<title>second<\/title>/);
      assert.ok((await dump()).includes(`<source file='${overlay}'`));
      if (power === "running") await virsh("destroy", UUID);
      await virsh("start", UUID);
      assert.equal(await diskOf(vm), overlay);
      assert.deepEqual(await isInForce(titled("second")), { inForce: true });
      await virsh("destroy", UUID);
      await rm(overlay);
    });
  }

  it("is renamed in place, with its UUID and its snapshots", async () => {
    const recorded = await create(titled("first"));
    await virsh("snapshot-create-as", UUID, "theirs");
    const renamed = `${NAME} renamed`;
    const updated = await run("update", titled("first", renamed), off, recorded);
    assert.equal(updated.stderr, `${NAME} is now called ${renamed}.\n`);
    assert.equal((JSON.parse(succeeded(updated)) as { name: string }).name, renamed);
    assert.equal(await virsh("domname", UUID), renamed);
    assert.deepEqual(await snapshotsOf(vm), ["theirs"]);
    assert.deepEqual(await isInForce(titled("first", renamed)), { inForce: true });
    await virsh("snapshot-delete", UUID, "theirs");
  });

  it("is not renamed where libvirt does not rename: nothing is changed, and the message says what to do", async () => {
    const recorded = await create(titled("first"), { ...off, PULUMI_VIRSH_RUNNING: "true" });
    const before = await dump();
    const renamed = titled("second", `${NAME} renamed`);
    failed(
      await run("update", renamed, {}, recorded),
      /it is running, .* Nothing was changed\. Shut it down/,
    );
    await virsh("managedsave", UUID);
    failed(
      await run("update", renamed, off, recorded),
      /it has a managed-save image, .* Nothing was changed\./,
    );
    assert.equal(await dump(), before);
  });

  it("gets its name and its definition back if an update cannot start it", async () => {
    const recorded = await create(titled("first"));
    const before = await dump();
    const xml = titled("second", `${NAME} renamed`).replace(disk.file, "/nowhere/disk.qcow2");
    failed(
      await run("update", xml, {}, recorded),
      new RegExp(
        `^Unable to start domain ".*\\/nowhere\\/.*${NAME} has its previous definition again\\.$`,
        "m",
      ),
    );
    assert.equal(await dump(), before);
    assert.deepEqual(await isInForce(titled("first")), { inForce: true });
  });

  it("is defined again after a revert took its definition back", async () => {
    const recorded = await create(titled("first"));
    await virsh("snapshot-create-as", UUID, "theirs");
    const again = succeeded(await run("update", titled("second"), off, recorded));
    await virsh("snapshot-revert", UUID, "theirs");
    assert.match(await dump(), /<title>first<\/title>/);
    assert.deepEqual(await isInForce(titled("second")), { inForce: false, why: "declared" });
    succeeded(await run("update", titled("second"), off, again));
    assert.match(await dump(), /<title>second<\/title>/);
    await virsh("snapshot-delete", UUID, "theirs");
  });

  it("is defined again after someone changed its definition, and not before", async () => {
    const recorded = await create(titled("first"));
    await virsh("start", UUID);
    await virsh("destroy", UUID);
    assert.deepEqual(await isInForce(titled("first")), { inForce: true });
    await virsh("setmem", UUID, "65536", "--config");
    assert.deepEqual(await isInForce(titled("first")), { inForce: false, why: "changed" });
    succeeded(await run("update", titled("first"), off, recorded));
    assert.match(await dump(), /<currentMemory unit='KiB'>98304</);
  });

  it("is defined again after the program was killed right after a define", async () => {
    const recorded = await create(titled("first"));
    await standIn.stopAt([{ moment: "after", command: "define", names: "define" }]);
    const { finished, kill } = begin("update", titled("second"), {
      inputs: off,
      previous: recorded,
      env: standIn.env,
    });
    const [pid = 0] = await standIn.arrived(["define"]);
    kill();
    await standIn.goOn();
    await finished.catch(() => undefined);
    assert.ok(pid > 0);
    assert.deepEqual(await isInForce(titled("second")), { inForce: false, why: "unfinished" });
    assert.deepEqual(await isInForce(titled("first")), { inForce: false, why: "declared" });
    succeeded(await run("update", titled("first"), off, recorded));
    assert.deepEqual(await isInForce(titled("first")), { inForce: true });
  });

  it("is a success of create if someone else started it first", async () => {
    const done = await during("start", () => virsh("start", UUID), "create", titled("first"), {});
    assert.equal((JSON.parse(succeeded(done)) as { running: boolean }).running, true);
    assert.equal(await state(), "running");
  });

  it("is not undefined by a create that fails while it runs", async () => {
    await standIn.refuse("autostart", "it is not possible");
    const inputs = { ...off, PULUMI_VIRSH_AUTOSTART: "true" };
    const done = await during("autostart", () => virsh("start", UUID), "create", titled("first"), { inputs });
    failed(done, /it is not possible\. .* it is running because someone else started it, so it stays\./);
    assert.equal(await state(), "running");
    assert.match(await virsh("dominfo", UUID), /^Persistent: +yes$/m);
  });

  it("of someone else is not redefined if it appears after the first look", async () => {
    await standIn.stopAt([{ moment: "after", command: "list", names: "list" }]);
    const { finished } = begin("create", titled("ours"), { inputs: off, env: standIn.env });
    await standIn.arrived(["list"]);
    await disk.define(NAME, { uuid: UUID, title: "theirs" });
    await standIn.goOn();
    failed(await finished, /the host already has a domain of that name, .*\. Nothing was changed\./);
    assert.match(await dump(), /<title>theirs<\/title>/);
  });

  it("is not reported as deleted while it runs", async () => {
    const recorded = await create(titled("first"));
    const options = { inputs: off, previous: recorded };
    failed(
      await during("undefine", () => virsh("start", UUID), "delete", "", options),
      /^Unable to delete domain ".*": someone else started it while it was undefined, and it is running\./,
    );
    assert.equal(await state(), "running");
    succeeded(await run("delete", "", off, recorded));
    assert.ok(!(await isListed()));
  });

  describe("with UEFI", () => {
    let folder: string;
    const loader = (nvram: string) =>
      `<loader readonly="yes" type="pflash">${folder}/code.fd</loader>${nvram.replace("<nvram", `<nvram template="${folder}/vars.fd"`)}`;
    const uefi = (name = NAME, nvram = "<nvram/>") =>
      disk
        .xml(name, { uuid: UUID })
        .replace('machine="pc"', 'machine="q35"')
        .replace(/<kernel>.*<\/cmdline>/s, loader(nvram));
    const nvramOf = async () => /<nvram[^>]*>(.*)<\/nvram>/.exec(await dump())?.[1] ?? "";
    const variables = (file: string) => readFile(file, "utf8");
    /** Variables as the user's firmware would have written them. */
    async function written(file: string): Promise<void> {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, "the user's variables");
    }

    before(async () => {
      folder = join(lab("LAB_DIR"), `firmware-${process.pid}`);
      await mkdir(folder);
      const { uid, gid } = await stat(lab("LAB_DIR"));
      for (const file of ["code.fd", "vars.fd"].map((name) => join(folder, name))) {
        await writeFile(file, "");
        await truncate(file, 65536);
        await chown(file, uid, gid);
      }
    });
    after(() => rm(folder, { recursive: true }));

    it("keeps its NVRAM when it is renamed, also with the next update, and loses it with the domain", async () => {
      const recorded = await create(uefi());
      const file = await nvramOf();
      await written(file);
      const renamed = `${NAME} renamed`;
      const again = succeeded(await run("update", uefi(renamed), off, recorded));
      assert.equal(await nvramOf(), file);
      succeeded(await run("update", uefi(renamed).replace("<vcpu>1", "<vcpu>2"), off, again));
      assert.equal(await nvramOf(), file);
      assert.equal(await variables(file), "the user's variables");
      succeeded(await run("delete", "", off, again));
      assert.ok(!existsSync(file));
    });

    it("leaves NVRAM that its XML names, and says so", async () => {
      const file = join(folder, "mine_VARS.fd");
      await written(file);
      const recorded = await create(uefi(NAME, `<nvram>${file}</nvram>`));
      const { code, stderr } = await run("delete", "", off, recorded);
      assert.deepEqual([code, stderr], [0, `The NVRAM of ${NAME}, ${file}, is kept: the XML names it.\n`]);
      assert.equal(await variables(file), "the user's variables");
    });

    it("leaves NVRAM that another domain uses", async () => {
      const recorded = await create(uefi());
      const file = await nvramOf();
      await written(file);
      const clone = join(folder, "clone.xml");
      const xml = uefi(`${NAME} clone`, `<nvram>${file}</nvram>`).replace(/<uuid>.*<\/uuid>/, "");
      await writeFile(clone, xml);
      await virsh("define", clone);
      const { code, stderr } = await run("delete", "", off, recorded);
      assert.deepEqual([code, stderr.includes(`"${NAME} clone" uses it, too.`)], [0, true]);
      assert.equal(await variables(file), "the user's variables");
      await virsh("undefine", `${NAME} clone`, "--nvram");
    });
  });
});
