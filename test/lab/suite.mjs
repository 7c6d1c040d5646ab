import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interruption, wasAskedToEnd } from "./interruption.mjs";
import { SetupError } from "./setup/progress.mjs";
import { libvirtTree, RELEASES } from "./tree.mjs";

/** Titles of the live tests of what libvirt itself does, which may differ from version to version. */
const OF_LIBVIRT = [
  "the scene:",
  "as the table of behaviour has it",
  "an external snapshot",
  "internal and external snapshots of one domain",
  "a gate:",
  "of a whole program",
];

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */
/** @typedef {(tree: string | undefined, tests: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>} Run */

/**
 * All tests on the machine's own libvirt, then those of libvirt on the others, as far as there can be others here. The
 * last line adds up all of them. Gives the status to end with.
 * @param {Run} run runs tests, as mocha is told of them, in a laboratory: on the libvirt of this tree, or on the machine's own
 */
export async function testEverywhere(run) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-virsh-tally-"));
  try {
    const total = await tallied(folder, run, undefined, ["dist/test/**/*.test.js"]);
    for (const release of RELEASES) {
      if (wasAskedToEnd()) break;
      add(total, await testOn(release, folder, run));
    }
    const { passed, failed, skipped } = total;
    process.stdout.write(
      `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}\n`,
    );
    return Math.min(failed, 255);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {string} release @param {string} folder @param {Run} run @returns {Promise<Tally>} */
async function testOn(release, folder, run) {
  const tree = await libvirtTree(release).catch((error) => {
    if (!(error instanceof SetupError) || interruption.aborted) throw error;
    return error;
  });
  const title = `the live tests on the libvirt of Debian ${release}`;
  if (tree instanceof SetupError) {
    process.stdout.write(`\n  - ${title}: skipped, for ${tree.message.split("\n")[0]}\n\n`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  process.stdout.write(`\n  ${title}\n`);
  return tallied(folder, run, tree, ["dist/test/live/*.test.js", "--grep", OF_LIBVIRT.join("|")]);
}

/**
 * What came of a run. One that did not come to its end counts as a failure.
 * @param {string} folder @param {Run} run @param {string | undefined} tree @param {readonly string[]} tests
 * @returns {Promise<Tally>}
 */
async function tallied(folder, run, tree, tests) {
  const file = join(folder, "tally.json");
  await rm(file, { force: true });
  const status = await run(tree, tests, { TEST_TALLY: file }).catch((error) => {
    if (!(error instanceof SetupError) || interruption.aborted) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  });
  /** @type {Tally} */
  const tally = await readFile(file, "utf8").then(JSON.parse, () => ({ passed: 0, failed: 1, skipped: 0 }));
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** @param {Tally} total @param {Tally} more */
function add(total, { passed, failed, skipped }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
