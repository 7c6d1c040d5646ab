/** Messages of set-up and laboratory go to standard error: standard output belongs to the command that is run. */
const terminal = process.stderr.isTTY && process.env["CI"] === undefined;

/** How often the elapsed time is printed where lines cannot be overwritten. */
const REPORT_EVERY_MS = 60_000;

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs `work`, and prints what is being done and why, the time elapsed, and about how long it takes.
 * @template T
 * @param {{ what: string, why?: string, seconds?: number, onlyInTerminal?: boolean }} task `seconds`: about how long it
 * takes; `onlyInTerminal`: print nothing elsewhere
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function task({ what, why, seconds, onlyInTerminal = false }, work) {
  if (onlyInTerminal && !terminal) return work();
  const begun = Date.now();
  const elapsed = () => Math.round((Date.now() - begun) / 1000);
  const about = seconds === undefined ? "" : `about ${duration(seconds)}`;
  say(`• ${what}${why === undefined ? "" : ` (${why})`}${about && `, ${about}`}`);
  const soFar = () => `  ${duration(elapsed())}${about && ` of ${about}`}`;
  const ticking = terminal
    ? setInterval(() => process.stderr.write(`\r${soFar()}\u001b[K`), 1000)
    : setInterval(() => say(soFar()), REPORT_EVERY_MS);
  try {
    const result = await work();
    clear();
    if (elapsed() > 1 && !onlyInTerminal) say(`  done after ${duration(elapsed())}`);
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

/** An error that the user can fix; printed without a stack. */
export class SetupError extends Error {}
