import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { giveSignalsTo, interruption, wasAskedToEnd } from "./interruption.mjs";
import { SetupError } from "./setup/progress.mjs";
import { root } from "./setup/project.mjs";
import { libvirtTree, RELEASES } from "./tree.mjs";

/**
 * Live tests that need no second libvirt: what they look at is the work of the engine, of the laboratory, or of code that
 * asks the same of each. All others run on every libvirt, for what they show differs between versions, or may one day.
 */
const OF_ONE_LIBVIRT = [
  // The command line and the examples, through the engine: what is in them of libvirt's has tests of its own.
  "cli",
  "examples",
  "examples-cli",
  "pipeline",
  "vm-with-checkpoint",
  // Questions, and domains without snapshots.
  "functions",
  "functions-in-programs",
  "domain",
  "domain-care",
  // Another way to the same daemon; the laboratory itself.
  "ssh",
  "lab",
  "lab-guest",
  "lab-language-host",
].map((name) => `${name}.test.js`);

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */
/** @typedef {(text: string | Buffer) => void} Print */
/**
 * What runs tests in a laboratory, and gives the status they end with. `own`: all of them, on the machine's own libvirt;
 * `other`: those in the files, on that of a release, printed as told.
 * @typedef {{
 *   own: (env: NodeJS.ProcessEnv) => Promise<number>,
 *   other: (release: string, files: readonly string[], env: NodeJS.ProcessEnv, print: Print) => Promise<number>,
 * }} Runs
 */

/**
 * All tests on the machine's own libvirt, then those of snapshots on the others, all at once, as far as there can be
 * others here. The last line adds up all of them. Gives the status to end with.
 * @param {Runs} runs
 */
export async function testEverywhere(runs) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-virsh-tally-"));
  try {
    const tallies = [await tallied(join(folder, "own"), runs.own)];
    if (!wasAskedToEnd()) tallies.push(...(await testOnOthers(folder, runs.other)));
    const sum = (/** @type {keyof Tally} */ what) => tallies.reduce((all, one) => all + one[what], 0);
    const skipped = sum("skipped") === 0 ? "" : `, ${sum("skipped")} skipped`;
    process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed${skipped}\n`);
    return Math.min(sum("failed"), 255);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {string} folder @param {Runs["other"]} run @returns {Promise<Tally[]>} */
async function testOnOthers(folder, run) {
  giveSignalsTo();
  const live = await readdir(join(root, "dist/test/live"));
  const files = live
    .filter((file) => file.endsWith(".test.js") && !OF_ONE_LIBVIRT.includes(file))
    .map((file) => `dist/test/live/${file}`);
  /** @type {string[]} */ const there = [];
  /** @type {Tally[]} */ const missing = [];
  for (const release of RELEASES) {
    const reason = await reasonAgainst(release);
    if (reason === undefined) there.push(release);
    else {
      process.stdout.write(`\n  - ${titleOf(release)}: skipped, for ${reason}\n\n`);
      missing.push({ passed: 0, failed: 0, skipped: 1 });
    }
  }
  const prints = inTurn(there.length);
  const tallies = there.map(async (release, index) => {
    const { print, done } = /** @type {Turn} */ (prints[index]);
    print(`\n  ${titleOf(release)}\n`);
    const tally = await tallied(join(folder, release), (env) => run(release, files, env, print));
    done();
    return tally;
  });
  return [...missing, ...(await Promise.all(tallies))];
}

/** @param {string} release */
function titleOf(release) {
  return `the live tests of snapshots on the libvirt of Debian ${release}`;
}

/** Why there is no libvirt of that release here. @param {string} release @returns {Promise<string | undefined>} */
function reasonAgainst(release) {
  return libvirtTree(release).then(
    () => undefined,
    (error) => {
      if (!(error instanceof SetupError) || interruption.aborted) throw error;
      return error.message.split("\n")[0];
    },
  );
}

/** @typedef {{ print: Print, done: () => void }} Turn */

/**
 * For several that write at the same time: what the first writes is printed at once, what another does when those
 * before it are done.
 * @param {number} count @returns {Turn[]}
 */
function inTurn(count) {
  /** @type {{ kept: (string | Buffer)[], ended: boolean }[]} */
  const writers = Array.from({ length: count }, () => ({ kept: [], ended: false }));
  const flush = () => {
    for (const writer of writers) {
      for (const text of writer.kept.splice(0)) process.stdout.write(text);
      if (!writer.ended) return;
    }
  };
  return writers.map((writer) => ({
    print: (text) => (writer.kept.push(text), flush()),
    done: () => ((writer.ended = true), flush()),
  }));
}

/**
 * What came of a run. One that did not come to its end counts as a failure.
 * @param {string} file for the run to tell
 * @param {(env: NodeJS.ProcessEnv) => Promise<number>} run
 * @returns {Promise<Tally>}
 */
async function tallied(file, run) {
  const status = await run({ TEST_TALLY: file }).catch((error) => {
    if (!(error instanceof SetupError) || interruption.aborted) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return 1;
  });
  /** @type {Tally} */
  const tally = await readFile(file, "utf8").then(JSON.parse, () => ({ passed: 0, failed: 1, skipped: 0 }));
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
