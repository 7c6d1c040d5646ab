import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forwardSignalsTo, interruption, wasSignaled } from "./signals.mjs";
import { SetupError } from "./setup/progress.mjs";
import { root } from "./setup/project.mjs";
import { libvirtChroot, RELEASES } from "./libvirt-chroot.mjs";

/**
 * Live tests that run on one libvirt only: they test the engine, the laboratory, or code that uses every libvirt in the
 * same way. All others run on every libvirt, because their results differ between versions, or may one day.
 */
const OF_ONE_LIBVIRT = [
  // The command line and the examples, through the engine: what they use of libvirt has tests of its own.
  "cli",
  "examples",
  "examples-cli",
  "pipeline",
  "processes",
  "plugin",
  "pnpm",
  "vm-with-checkpoint",
  // Functions, and domains without snapshots.
  "functions",
  "functions-in-programs",
  "domain",
  "domain-care",
  "domain-in-force",
  // Processes that die or are told to stop while libvirt works on, or before it has the call.
  "ctrl-c",
  "faults-beside-libvirt",
  // Another connection to the same daemon; the laboratory itself.
  "ssh",
  "default-uri",
  "which-host",
  "secrets",
  "lab",
  "lab-guest",
  "lab-language-host",
].map((name) => `${name}.test.js`);

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */
/** @typedef {(text: string | Buffer) => void} Print */
/**
 * Runs tests in a laboratory and resolves with the exit status. `own`: all tests, on the machine's own libvirt;
 * `other`: the tests in these files, on the libvirt of a release.
 * @typedef {{
 *   own: (env: NodeJS.ProcessEnv) => Promise<number>,
 *   other: (release: string, files: readonly string[], env: NodeJS.ProcessEnv, print: Print) => Promise<number>,
 * }} Runs
 */

/**
 * Runs all tests on the machine's own libvirt, then those of snapshots on the others, side by side, as far as others
 * can run here. Prints the sum of all in the last line. Resolves with the exit status.
 * @param {Runs} runs
 */
export async function testOnEveryLibvirt(runs) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-virsh-tally-"));
  try {
    const tallies = [await tallied(join(folder, "own"), runs.own)];
    if (!wasSignaled()) tallies.push(...(await testOnOthers(folder, runs.other)));
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
  forwardSignalsTo();
  const live = await readdir(join(root, "dist/test/live"));
  const files = live
    .filter((file) => file.endsWith(".test.js") && !OF_ONE_LIBVIRT.includes(file))
    .map((file) => `dist/test/live/${file}`);
  /** @type {string[]} */ const there = [];
  /** @type {Tally[]} */ const missing = [];
  for (const release of RELEASES) {
    const reason = await obstacleTo(release);
    if (reason === undefined) there.push(release);
    else {
      process.stdout.write(`\n  - ${titleOf(release)}: skipped, because ${reason}\n\n`);
      missing.push({ passed: 0, failed: 0, skipped: 1 });
    }
  }
  const prints = takeTurns(there.length);
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

/** Why the libvirt of that release cannot run here. @param {string} release @returns {Promise<string | undefined>} */
function obstacleTo(release) {
  return libvirtChroot(release).then(
    () => undefined,
    (error) => {
      if (!(error instanceof SetupError) || interruption.aborted) throw error;
      return error.message.split("\n")[0];
    },
  );
}

/** @typedef {{ print: Print, done: () => void }} Turn */

/**
 * Orders the output of several that write at the same time: the output of the first is printed at once, that of each
 * other when those before it are done.
 * @param {number} count @returns {Turn[]}
 */
function takeTurns(count) {
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
 * The result of a run. A run that did not finish counts as a failure.
 * @param {string} file that the run writes its result to
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
