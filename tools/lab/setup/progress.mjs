/** What set-up and laboratory say, all on standard error: standard output belongs to the command that is run. */
const terminal = process.stderr.isTTY && process.env["CI"] === undefined;

/** Where nothing can be overwritten, a sign of life comes this often. */
const SIGN_OF_LIFE_MS = 60_000;

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs `work`, saying what is done and why, how long it has taken and about how long it will.
 * @template T
 * @param {{ what: string, why?: string, seconds?: number, everyTime?: boolean }} task `seconds`: about how long it
 * takes; `everyTime`: who does not sit at a terminal has not to be told
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function task({ what, why, seconds, everyTime = false }, work) {
  if (everyTime && !terminal) return work();
  const begun = Date.now();
  const elapsed = () => Math.round((Date.now() - begun) / 1000);
  const about = seconds === undefined ? "" : `about ${duration(seconds)}`;
  say(`• ${what}${why === undefined ? "" : ` (${why})`}${about && `, ${about}`}`);
  const soFar = () => `  ${duration(elapsed())}${about && ` of ${about}`}`;
  const ticking = terminal
    ? setInterval(() => process.stderr.write(`\r${soFar()}\u001b[K`), 1000)
    : setInterval(() => say(soFar()), SIGN_OF_LIFE_MS);
  try {
    const result = await work();
    clear();
    if (elapsed() > 1 && !everyTime) say(`  done after ${duration(elapsed())}`);
    return result;
  } finally {
    clearInterval(ticking);
    clear();
  }
}

function clear() {
  if (terminal) process.stderr.write("\r\u001b[K");
}

/** @param {number} seconds */
function duration(seconds) {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Something a person has to do; printed without a stack. */
export class SetupError extends Error {}
