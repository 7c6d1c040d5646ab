import { isVirshError, quote } from "../errors.js";
import { redactUri, uriProblem } from "../hypervisor/uri.js";
import { readIdentity, type DomainIdentity } from "../xml/definition.js";

/*
 * The checks on the inputs of a `Domain` that `sdk/` makes before anything runs: each on a plain value, inside the
 * program's own process.
 */

export { DEFAULT_SHUTDOWN_TIMEOUT_SECONDS } from "../domain/declaration.js";

/** An accepted value, or why it was refused, as a sentence that names the input. */
export type Checked<T> = { value: T } | { refused: string };

/** Which domain the XML defines. */
export function checkXml(xml: unknown): Checked<DomainIdentity> {
  if (typeof xml !== "string") {
    const said = xml === undefined || xml === null ? "it is missing" : `it is a value of type ${typeof xml}`;
    return {
      refused: `xml: ${said}. Give the text of one <domain>, as \`virsh dumpxml --inactive\` prints it.`,
    };
  }
  try {
    return { value: readIdentity(xml) };
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return { refused: error.message };
  }
}

/** A connection URI; the empty string stands for virsh's own default. */
export function checkUri(uri: string): Checked<string> {
  const problem = uri === "" ? undefined : uriProblem(uri);
  if (problem === undefined) return { value: uri };
  return { refused: `uri: ${quote(redactUri(uri))} cannot be used: ${problem}.` };
}

export function checkShutdownTimeout(seconds: number): Checked<number> {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= 86400) return { value: seconds };
  const expected = "expected a whole number from 0 to 86400";
  return { refused: `shutdownTimeoutSeconds: ${quote(seconds)} cannot be used: ${expected}.` };
}
