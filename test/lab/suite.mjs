import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interruption, wasAskedToEnd } from "./interruption.mjs";
import { SetupError } from "./setup/progress.mjs";
import { libvirtTree, RELEASES } from "./tree.mjs";

/**
 * Live tests that need no second libvirt: what they look at is the work of the engine, of the laboratory, or of code that
 * asks the same of each. All others run on every libvirt, for what they show differs between versions, or may one day.
 */
const OF_ONE_LIBVIRT = [
  // The command line and the examples, through the engine; which of them can be had is the scene's and the gates' affair.
  "cli",
  "examples",
  "examples-cli",
  "pipeline",
  "vm-with-checkpoint",
  // The words of previews, and the order of a replacement.
  "preview",
  "replacement",
  // Questions, and domains without snapshots.
  "functions",
  "functions-in-programs",
  "domain",
  "domain-care",
  // How long is waited for whom, and states of earlier versions.
  "held",
  "state",
  // What becomes of a command whose process, host or daemon is cut off; the words of what is refused before libvirt is asked.
  "ctrl-c",
  "interruption",
  "failure",
  "errors",
  // Another way to the same daemon; the laboratory itself.
  "ssh",
  "lab",
  "lab-guest",
].map((name) => `dist/test/live/${name}.test.js`);

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */
/** @typedef {(tree: string | undefined, tests: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>} Run */

/**
 * All tests on the machine's own libvirt, then most live tests on the others, as far as there can be others here. The
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
  const left = OF_ONE_LIBVIRT.flatMap((file) => ["--ignore", file]);
  return tallied(folder, run, tree, ["dist/test/live/*.test.js", ...left]);
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
