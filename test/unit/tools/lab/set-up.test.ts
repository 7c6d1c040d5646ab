import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { Machine } from "./set-up.js";

const ROOT = path.resolve(__dirname, "../../../../..");

describe("set-up", () => {
  let machine: Machine;
  beforeEach(() => (machine = new Machine()));
  afterEach(() => machine.remove());

  describe("keeps in its cache what it has built", () => {
    const file = () => path.join(machine.folder, "built");
    const build = (body: string) => `
      const { cached } = await lab("setup/cache.mjs");
      const { appendFileSync, writeFileSync } = await import("node:fs");
      const { setTimeout: sleep } = await import("node:timers/promises");
      console.log(await cached("thing", ["recipe"], async (folder) => {
        appendFileSync(${JSON.stringify(file())}, "x");
        ${body}
        writeFileSync(folder + "/thing", "whole");
      }));`;
    const builds = () => readFileSync(file(), "utf8").length;

    it("and builds it once, also for two that need it at the same time", async () => {
      const slowly = build("await sleep(700);");
      const outcomes = await Promise.all([machine.runs(slowly), machine.runs(slowly)]);
      assert.deepEqual([...outcomes.map(({ status }) => status), builds()], [0, 0, 1]);
      assert.match(outcomes.map(({ stderr }) => stderr).join(""), /^• waiting for another set-up/);
      assert.equal(outcomes[0].stdout, outcomes[1].stdout);
      assert.equal(readFileSync(path.join(outcomes[0].stdout.trim(), "thing"), "utf8"), "whole");
    });

    it("and builds it without a lock where the system has none", async () => {
      const other = `Object.defineProperty(process, "platform", { value: "darwin" });`;
      const { status, stderr } = await machine.runs(`
        ${other}
        (await import("node:net")).Server.prototype.listen = () => { throw new Error("listens"); };
        ${build("")}`);
      assert.deepEqual([status, stderr, builds()], [0, "", 1]);
    });

    it("and builds it again when it is damaged", async () => {
      const { stdout } = await machine.runs(build(""));
      appendFileSync(path.join(stdout.trim(), "thing"), "?");
      await machine.runs(build(""));
      assert.deepEqual([builds(), readFileSync(path.join(stdout.trim(), "thing"), "utf8")], [2, "whole"]);
    });

    it("and keeps nothing when the build fails", async () => {
      const { status } = await machine.runs(build("throw new Error('failed');"));
      assert.deepEqual([status, readdirSync(machine.cache)], [1, []]);
    });

    it("and removes what a killed build has left", async () => {
      await machine.runs(build("writeFileSync(folder + '/half', ''); process.kill(process.pid, 'SIGKILL');"));
      assert.equal(readdirSync(machine.cache).length, 1);
      const { stdout } = await machine.runs(build(""));
      assert.deepEqual(readdirSync(machine.cache), [path.basename(stdout.trim())]);
      assert.ok(!existsSync(path.join(stdout.trim(), "half")));
    });
  });

  describe("finds the engine", () => {
    const engine = `
      const { findEngine } = await lab("setup/engine.mjs");
      console.log(await findEngine().catch((error) => error.message));`;

    it("on PATH, when it is recent enough and came with the dynamic provider host", async () => {
      machine.gets("pulumi", "echo v3.216.0");
      machine.gets("pulumi-resource-pulumi-nodejs", "");
      const { stdout, stderr } = await machine.runs(engine);
      assert.deepEqual([stdout, stderr], [`${path.join(machine.folder, "bin")}\n`, ""]);
    });

    const unfit: [string, string, RegExp][] = [
      ["is too old", "echo v3.215.9", /pulumi is v3\.215\.9, and 3\.216 is needed/],
      ["does not run", "exit 1", /pulumi is broken, and 3\.216 is needed/],
      ["came alone", "echo v3.300.0", /pulumi came without pulumi-resource-pulumi-nodejs/],
    ];
    for (const [what, commands, reason] of unfit) {
      it(`builds its own, and says why, when the one on PATH ${what}`, async () => {
        machine.gets("pulumi", commands);
        machine.gets("go", "exit 1");
        assert.match((await machine.runs(engine)).stderr, reason);
      });
    }

    it("says what to do when there is no network to build it", async () => {
      machine.gets("go", "echo 'dial tcp: lookup module.proxy: no such host' >&2; exit 1");
      const { stdout, stderr } = await machine.runs(engine);
      assert.match(
        stderr,
        /^• building the Pulumi engine .*none is on PATH; done once and cached.*, about \d+ (s|min)\n$/,
      );
      assert.match(stdout, /no such host\nIt needs the Go module proxy, or Pulumi installed: https:/);
    });
  });

  describe("installs Debian packages", () => {
    const packages = `
      const { installPackages } = await lab("setup/debian-packages.mjs");
      await installPackages().catch((error) => (console.log(error.message), process.exit(1)));`;
    const log = () => path.join(machine.folder, "apt");

    it("that are missing, with a fresh list of them, and says which and why", async () => {
      machine.gets("apt-get", `echo "$DEBIAN_FRONTEND $*" >>${log()}`);
      machine.gets("virsh", "");
      const { status, stderr } = await machine.runs(`process.getuid = () => 0; ${packages}`);
      const [update, install, ...more] = readFileSync(log(), "utf8").split("\n");
      assert.deepEqual([status, update, more], [0, "noninteractive update", [""]]);
      assert.match(install ?? "", /^noninteractive install -y --no-install-recommends .*\bqemu-utils\b/);
      assert.ok(!install?.includes("libvirt-clients"));
      assert.match(stderr, /^• installing Debian packages .*qemu-utils.* \(the hypervisor to test on\)/);
    });

    it("through sudo when sudo needs no password", async () => {
      machine.gets("apt-get", `echo "$*" >>${log()}`);
      machine.gets("sudo", 'test "$1" = -n || exit 1; shift; exec "$@"');
      const { status } = await machine.runs(`process.getuid = () => 1000; ${packages}`);
      assert.equal(status, 0);
      assert.match(readFileSync(log(), "utf8"), /^update\ninstall /);
    });

    it("or tells an ordinary user how to install them", async () => {
      machine.gets("apt-get", `echo "$*" >>${log()}`);
      const { status, stdout } = await machine.runs(`process.getuid = () => 1000; ${packages}`);
      assert.equal(status, 1);
      assert.match(
        stdout,
        /\nInstall them with: sudo apt-get install -y --no-install-recommends .*qemu-utils/,
      );
      assert.ok(!existsSync(log()));
    });

    it("but not on a processor that the guests do not run on", async () => {
      const { stdout } = await machine.runs(
        `Object.defineProperty(process, "arch", { value: "arm64" }); ${packages}`,
      );
      assert.match(
        stdout,
        /^The laboratory needs Linux on x86-64[^]*This is linux on arm64[^]*npm test -- --unit/,
      );
    });
  });

  describe("takes libvirt from another Debian release", () => {
    const chroot = (release: string, uid: number) => `
      process.getuid = () => ${uid};
      const { libvirtChroot } = await lab("libvirt-chroot.mjs");
      console.log(await libvirtChroot("${release}").catch((error) => error.message));`;

    it("made once, by root", async () => {
      const log = path.join(machine.folder, "made");
      machine.gets(
        "mmdebstrap",
        `echo "$@" >>${log}; for last; do :; done; mkdir -p $last/usr; echo >$last/usr/file`,
      );
      machine.gets("mkdir", 'exec /usr/bin/mkdir "$@"');
      const { stdout, stderr } = await machine.runs(chroot("trixie", 0));
      assert.match(
        stderr,
        /^• making a Debian trixie system for its libvirt \(350 MB; done once and cached\), about 60 s\n$/,
      );
      assert.deepEqual(await machine.runs(chroot("trixie", 0)), { status: 0, stdout, stderr: "" });
      assert.match(readFileSync(log, "utf8"), /^[^\n]*--include=libvirt-daemon,[^\n]* trixie [^\n]*\n$/);

      rmSync(path.join(stdout.trim(), "usr/file"));
      await machine.runs(chroot("trixie", 0));
      assert.ok(existsSync(path.join(stdout.trim(), "usr/file")), "a system that lost a file is made again");
    });

    it("but not for an ordinary user, and says how to go on without", async () => {
      const { stdout } = await machine.runs(chroot("trixie", 1000));
      assert.match(
        stdout,
        /^--libvirt trixie needs root, [^]*\nWithout the option, .* this machine's own libvirt\.\n$/,
      );
    });

    it("but not from a release that it does not know", async () => {
      assert.equal(
        (await machine.runs(chroot("woody", 0))).stdout,
        "--libvirt woody: the releases are trixie and sid.\n",
      );
    });
  });

  it("compiles what has changed, and removes what was compiled from a removed test", async () => {
    const repository = path.join(machine.folder, "repository");
    machine.lab = path.join(repository, "tools/lab");
    cpSync(path.join(ROOT, "tools/lab"), machine.lab, { recursive: true });
    for (const folder of ["provider", "sdk", "examples", "test"]) mkdirSync(path.join(repository, folder));
    for (const file of ["package-lock.json", "tsconfig.json"])
      cpSync(path.join(ROOT, file), path.join(repository, file));
    symlinkSync(path.join(ROOT, "node_modules"), path.join(repository, "node_modules"));
    const source = (name: string) => path.join(repository, `test/${name}.test.ts`);
    const compiled = () =>
      readdirSync(path.join(repository, "dist/test")).filter((name) => name.endsWith(".js"));
    const project = `const { prepareProject } = await lab("setup/project.mjs"); await prepareProject();`;

    writeFileSync(source("a"), "export {};\n");
    writeFileSync(source("b"), "export {};\n");
    assert.match((await machine.runs(project)).stderr, /^• compiling, about 10 s\n/);
    assert.deepEqual(compiled(), ["a.test.js", "b.test.js"]);

    assert.deepEqual(await machine.runs(project), { status: 0, stdout: "", stderr: "" });

    rmSync(source("b"));
    await machine.runs(project);
    assert.deepEqual(compiled(), ["a.test.js"]);

    writeFileSync(source("a"), "export const number: number = '';\n");
    const { status, stderr } = await machine.runs(project);
    assert.equal(status, 1);
    assert.match(stderr, /a\.test\.ts\(1,14\): error TS2322/);
  });
});
