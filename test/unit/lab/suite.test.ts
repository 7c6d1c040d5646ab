import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { Machine } from "./set-up.js";

/** `npm test` with laboratories that are none: each run writes the tally that it is given, or none. */
describe("the tests on every libvirt", () => {
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
    /** Why there was no laboratory to run them in. */
    broken?: string;
  }
  const run = (uid: number, ...results: Result[]) =>
    machine.runs(`
      import { writeFileSync } from "node:fs";
      process.getuid = () => ${uid};
      const results = ${JSON.stringify(results)};
      const { SetupError } = await lab("setup/progress.mjs");
      const { testEverywhere } = await lab("suite.mjs");
      const status = await testEverywhere(async (tree, tests, env) => {
        const { status, tally, broken } = results.shift();
        if (broken) throw new SetupError(broken);
        console.error(tree?.split("/").at(-2).replace(/-[^-]*$/, "") ?? "own", tests.join(" "));
        if (tally) writeFileSync(env.TEST_TALLY, JSON.stringify(tally));
        return status;
      });
      process.exit(status);`);
  const passed = (count: number): Result => ({ status: 0, tally: { passed: count, failed: 0, skipped: 0 } });
  const ranOn = (stderr: string) => stderr.match(/^(?:own|libvirt-\w+)(?= dist\/)/gm);
  const last = (stdout: string) => stdout.trimEnd().split("\n").at(-1);

  it("are added up in one last line", async () => {
    const some = { status: 3, tally: { passed: 20, failed: 3, skipped: 2 } };
    const { status, stdout, stderr } = await run(0, passed(100), some, passed(5));
    assert.deepEqual(ranOn(stderr), ["own", "libvirt-trixie", "libvirt-sid"]);
    assert.deepEqual([status, last(stdout)], [3, "125 passed, 3 failed, 2 skipped"]);
    assert.equal(stdout.match(/ passed, /g)?.length, 1);
  });

  it("are for an ordinary user those on the own one, and it is said which are not run", async () => {
    const { status, stdout, stderr } = await run(1000, passed(100));
    assert.deepEqual(ranOn(stderr), ["own"]);
    for (const release of ["trixie", "sid"])
      assert.ok(
        stdout.includes(
          `\n  - the live tests on the libvirt of Debian ${release}: skipped, for --libvirt ${release} needs root, `,
        ),
      );
    assert.deepEqual([status, last(stdout)], [0, "100 passed, 0 failed, 2 skipped"]);
  });

  it("are skipped where a system cannot be made, and the next one is tried", async () => {
    const done = path.join(machine.folder, "done");
    machine.gets(
      "mmdebstrap",
      `if [ ! -e ${done} ]; then echo >${done}; echo no mirror >&2; exit 1; fi; for last; do :; done; mkdir -p $last; echo >$last/file`,
    );
    const { status, stdout, stderr } = await run(0, passed(100), passed(5));
    assert.deepEqual(ranOn(stderr), ["own", "libvirt-sid"]);
    assert.match(stdout, / Debian trixie: skipped, for mmdebstrap .* ended with 1\n/);
    assert.deepEqual([status, last(stdout)], [0, "105 passed, 0 failed, 1 skipped"]);
  });

  it("are, on the others, those of libvirt itself, by titles that there are", async () => {
    const { stderr } = await run(0, passed(1), passed(1), passed(1));
    const titles = /--grep (.*)/.exec(stderr)?.[1]?.split("|") ?? [];
    assert.ok(titles.length > 1);
    const live = path.resolve(__dirname, "../../../../test/live");
    const tests = readdirSync(live).filter((name) => name.endsWith(".test.ts"));
    const sources = tests.map((name) => readFileSync(path.join(live, name), "utf8"));
    for (const title of titles) {
      const described = new RegExp(`describe\\("[^"]*${title}`);
      assert.ok(
        sources.some((source) => described.test(source)),
        title,
      );
    }
  });

  it("fail when a run did not come to its end, or ended with a failure that it did not count", async () => {
    const { status, stdout } = await run(0, { status: 1 }, { ...passed(5), status: 7 }, passed(5));
    assert.deepEqual([status, last(stdout)], [2, "10 passed, 2 failed"]);
  });

  it("fail where the laboratory does not start, and those on the next one are run", async () => {
    const broken = { status: 0, broken: "the daemon does not answer" };
    const { status, stdout, stderr } = await run(0, passed(100), broken, passed(5));
    assert.match(stderr, /^error: the daemon does not answer$/m);
    assert.deepEqual(ranOn(stderr), ["own", "libvirt-sid"]);
    assert.deepEqual([status, last(stdout)], [1, "105 passed, 1 failed"]);
  });
});
