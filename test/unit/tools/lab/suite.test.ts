import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { Machine } from "./set-up.js";

/** `npm test` with fake laboratories: each run prints twice and writes the tally that it is given, or none. */
describe("npm test on every libvirt", () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
    machine.gets("mmdebstrap", "for last; do :; done; mkdir -p $last; echo >$last/file");
    machine.gets("mkdir", 'exec /usr/bin/mkdir "$@"');
  });
  afterEach(() => machine.remove());

  interface Result {
    status: number;
    tally?: { passed: number; failed: number; skipped: number };
    /** Why the laboratory does not start. */
    broken?: string;
    /** The run that this one waits for. */
    after?: string;
  }
  const run = (uid: number, results: { own: Result; trixie?: Result; sid?: Result }) =>
    machine.runs(`
      import { writeFileSync } from "node:fs";
      process.getuid = () => ${uid};
      const results = ${JSON.stringify(results)};
      const { SetupError } = await lab("setup/progress.mjs");
      const { testOnEveryLibvirt } = await lab("suite.mjs");
      const ends = Object.fromEntries(Object.keys(results).map((name) => [name, Promise.withResolvers()]));
      const run = async (release, files, env, print) => {
        const { status, tally, broken, after } = results[release];
        if (broken) throw new SetupError(broken);
        print(release + " begins\\n");
        await ends[after]?.promise;
        print(release + " ran " + files.join(" ") + "\\n");
        if (tally) writeFileSync(env.TEST_TALLY, JSON.stringify(tally));
        ends[release].resolve();
        return status;
      };
      const own = (env) => run("own", ["all"], env, (text) => process.stdout.write(text));
      process.exit(await testOnEveryLibvirt({ own, other: run }));`);
  const passed = (count: number): Result => ({ status: 0, tally: { passed: count, failed: 0, skipped: 0 } });
  const ran = (stdout: string) => [...stdout.matchAll(/^(\w+) ran /gm)].map(([, release]) => release);
  const last = (stdout: string) => stdout.trimEnd().split("\n").at(-1);

  it("adds up all runs in one last line", async () => {
    const some = { status: 3, tally: { passed: 20, failed: 3, skipped: 2 } };
    const { status, stdout } = await run(0, { own: passed(100), trixie: some, sid: passed(5) });
    assert.deepEqual(ran(stdout), ["own", "trixie", "sid"]);
    assert.deepEqual([status, last(stdout)], [3, "125 passed, 3 failed, 2 skipped"]);
    assert.equal(stdout.match(/ passed, /g)?.length, 1);
  });

  it("runs the tests on the other libvirts side by side, and prints one after the other", async () => {
    const trixie = { ...passed(1), after: "sid" };
    const { stdout } = await run(0, { own: passed(1), trixie, sid: passed(1) });
    const told = stdout
      .match(/^ .* Debian \w+|^\w+ (?:begins|ran)/gm)
      ?.map((line) => line.split(" ").slice(-2).join(" "));
    assert.deepEqual(told, [
      "own begins",
      "own ran",
      "Debian trixie",
      "trixie begins",
      "trixie ran",
      "Debian sid",
      "sid begins",
      "sid ran",
    ]);
  });

  it("runs only the tests on the machine's own libvirt for an ordinary user, and names the others as skipped", async () => {
    const { status, stdout } = await run(1000, { own: passed(100) });
    assert.deepEqual(ran(stdout), ["own"]);
    for (const release of ["trixie", "sid"])
      assert.ok(
        stdout.includes(
          `\n  - the live tests of snapshots on the libvirt of Debian ${release}: skipped, because --libvirt ${release} needs root, `,
        ),
      );
    assert.deepEqual([status, last(stdout)], [0, "100 passed, 0 failed, 2 skipped"]);
  });

  it("skips a libvirt whose Debian system cannot be made, and tries the next one", async () => {
    const done = path.join(machine.folder, "done");
    machine.gets(
      "mmdebstrap",
      `if [ ! -e ${done} ]; then echo >${done}; echo no mirror >&2; exit 1; fi; for last; do :; done; mkdir -p $last; echo >$last/file`,
    );
    const { status, stdout } = await run(0, { own: passed(100), sid: passed(5) });
    assert.deepEqual(ran(stdout), ["own", "sid"]);
    assert.match(stdout, / Debian trixie: skipped, because mmdebstrap .* ended with 1\n/);
    assert.deepEqual([status, last(stdout)], [0, "105 passed, 0 failed, 1 skipped"]);
  });

  it("runs the same live tests on the other libvirts, and leaves out only files that exist", async () => {
    const { stdout } = await run(0, { own: passed(1), trixie: passed(1), sid: passed(1) });
    const sources = readdirSync(path.resolve(__dirname, "../../../../../test/live"));
    const all = sources.filter((name) => name.endsWith(".test.ts"));
    const [trixie = [], sid] = ["trixie", "sid"].map((release) =>
      new RegExp(`^${release} ran (.*)$`, "m").exec(stdout)?.[1]?.split(" "),
    );
    assert.deepEqual(trixie, sid);
    const names = trixie.map((file) => file.replace(/^dist\/test\/live\/(.*)\.js$/, "$1.ts"));
    assert.deepEqual(
      names.filter((name) => !all.includes(name)),
      [],
    );
    const left = all.filter((name) => !names.includes(name)).map((name) => name.replace(".test.ts", ""));
    const named = /const OF_ONE_LIBVIRT = \[([^\]]*)\]/.exec(
      readFileSync(path.join(machine.lab, "suite.mjs"), "utf8"),
    );
    assert.deepEqual([...(named?.[1] ?? "").matchAll(/"(.*)"/g)].map(([, name]) => name).sort(), left.sort());
  });

  it("fails when a run did not finish, or ended with a failure that it did not count", async () => {
    const { status, stdout } = await run(0, {
      own: { status: 1 },
      trixie: { ...passed(5), status: 7 },
      sid: passed(5),
    });
    assert.deepEqual([status, last(stdout)], [2, "10 passed, 2 failed"]);
  });

  it("fails when a laboratory does not start, and still runs the tests on the others", async () => {
    const broken = { status: 0, broken: "the daemon does not answer" };
    const { status, stdout, stderr } = await run(0, { own: broken, trixie: broken, sid: passed(5) });
    assert.equal(stderr.match(/^error: the daemon does not answer$/gm)?.length, 2);
    assert.deepEqual(ran(stdout), ["sid"]);
    assert.deepEqual([status, last(stdout)], [2, "5 passed, 2 failed"]);
  });
});
