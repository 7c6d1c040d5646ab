import { parseArgs } from "node:util";

/** The command was not asked as it can be. */
class Misuse extends Error {}

/**
 * Runs a command of the laboratory. What goes wrong is told in words, not as a stack.
 * @param {{ usage: string, words: number, options: import("node:util").ParseArgsOptionsConfig, failure: number }} description
 * `words`: how many there have to be beside the options; `failure`: the status when it fails
 * @param {(folder: string, words: string[], values: Record<string, any>) => Promise<void>} work
 */
export async function command({ usage, words, options, failure }, work) {
  const name = usage.split(" ")[0];
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length !== words)
      throw new Misuse(`${positionals.length} words are given, ${words} needed`);
    const folder = process.env["LAB_DIR"];
    if (folder === undefined) throw new Misuse("this is not within a laboratory: LAB_DIR is not set");
    await work(folder, positionals, values);
  } catch (thrown) {
    const error = /** @type {NodeJS.ErrnoException} */ (thrown);
    const misuse = error instanceof Misuse || error.code?.startsWith("ERR_PARSE_ARGS");
    process.stderr.write(`${name}: ${error.message}\n${misuse ? `usage: ${usage}\n` : ""}`);
    process.exitCode = misuse ? 2 : failure;
  }
}

/** The whole number in the value of an option. @param {string} option @param {string} text @param {number} least @param {number} most */
export function whole(option, text, least, most) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Misuse(`${option} takes a number from ${least} to ${most}, not "${text}"`);
}
