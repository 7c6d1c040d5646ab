import { parseArgs } from "node:util";

/** The command was called with wrong arguments. */
class UsageError extends Error {}

/**
 * Runs a command of the laboratory. An error is printed as a message, without its stack.
 * @param {{ usage: string, words: number, options: import("node:util").ParseArgsOptionsConfig, failure: number }} description
 * `words`: the number of arguments besides the options; `failure`: the exit status when the work fails
 * @param {(folder: string, words: string[], values: Record<string, any>) => Promise<void>} work
 */
export async function command({ usage, words, options, failure }, work) {
  const name = usage.split(" ")[0];
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length !== words)
      throw new UsageError(`expected ${words} argument${words === 1 ? "" : "s"}, got ${positionals.length}`);
    const folder = process.env["LAB_DIR"];
    if (folder === undefined)
      throw new UsageError("LAB_DIR is not set: run this command inside the laboratory");
    await work(folder, positionals, values);
  } catch (thrown) {
    const error = /** @type {NodeJS.ErrnoException} */ (thrown);
    const isUsageError = error instanceof UsageError || error.code?.startsWith("ERR_PARSE_ARGS");
    process.stderr.write(`${name}: ${error.message}\n${isUsageError ? `usage: ${usage}\n` : ""}`);
    process.exitCode = isUsageError ? 2 : failure;
  }
}

/** Parses the value of an option as a whole number. @param {string} option @param {string} text @param {number} least @param {number} most */
export function whole(option, text, least, most) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`${option} takes a number from ${least} to ${most}, not "${text}"`);
}
