import { explain } from "./errors.js";
import type { Command } from "./commands/command.js";
import type { Finished } from "./process.js";
import { redactText } from "../hypervisor/uri.js";

/** What the end of a command means. Throws a `VirshError` where it failed. */
export function understood<T>(command: Command<T>, finished: Finished, documents?: Documents): T {
  const { parse, refusals = [], tried, changes, document } = command;
  const { exitCode, stdout, stderr } = finished;
  if (exitCode === 0)
    return document === true && documents !== undefined ? documents.parsed(parse, stdout) : parse(stdout);
  const error = explain(redactText(stderr), tried);
  const answer = refusals.find(({ said }) => said.test(error.said));
  if (answer !== undefined) return answer.means;
  throw error.with({ begun: changes && error.begun !== false });
}

/** Documents of that many bytes, at most, are kept, and so many of them. */
const MOST_BYTES = 65_536;
const MOST_DOCUMENTS = 64;

/**
 * What documents mean that were read lately. An operation reads the same ones several times, because someone may have
 * changed them, and mostly nobody has.
 */
export class Documents {
  readonly #known = new Map<string, { parse: unknown; value: unknown }>();

  parsed<T>(parse: (text: string) => T, text: string): T {
    const known = this.#known.get(text);
    if (known?.parse === parse) return known.value as T;
    const value = parse(text);
    if (text.length <= MOST_BYTES) this.#keep(text, { parse, value });
    return value;
  }

  #keep(text: string, known: { parse: unknown; value: unknown }): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size === MOST_DOCUMENTS && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(text, known);
  }
}
