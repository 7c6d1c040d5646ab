/** What set-up and laboratory say, all on standard error: standard output belongs to the command that is run. */
const terminal = process.stderr.isTTY && process.env.CI === undefined;

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs `work`, saying what is done and why. On a terminal a line tells how long it has taken and about how long it
 * will; elsewhere it is one line at the start and one at the end.
 * @template T
 * @param {{ what: string, why?: string, seconds?: number }} task `seconds`: about how long it takes
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function task({ what, why, seconds }, work) {
  const begun = Date.now();
  const elapsed = () => Math.round((Date.now() - begun) / 1000);
  const about = seconds === undefined ? "" : `, about ${duration(seconds)}`;
  say(`• ${what}${why === undefined ? "" : ` (${why})`}${terminal ? "" : about}`);
  const ticking = terminal
    ? setInterval(() => process.stderr.write(`\r  ${duration(elapsed())}${about} \u001b[K`), 1000)
    : undefined;
  try {
    return await work();
  } finally {
    clearInterval(ticking);
    if (terminal) process.stderr.write("\r\u001b[K");
    if (elapsed() > 1) say(`  done after ${duration(elapsed())}`);
  }
}

/** @param {number} seconds */
function duration(seconds) {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Something a person has to do; printed without a stack. */
export class SetupError extends Error {}
