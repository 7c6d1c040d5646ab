import { VirshError } from "../errors.js";

/** The characters that XML 1.0 cannot carry, not even as references: controls, lone surrogates, U+FFFE, U+FFFF. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** The first character of `text` that XML cannot carry, written as `U+0007`; `undefined` if there is none. */
export function forbiddenCharacter(text: string): string | undefined {
  const code = forbidden.exec(text)?.[0].codePointAt(0);
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * `text` escaped for an element or a quoted attribute. White space other than blanks becomes a reference, because a
 * parser reads a literal carriage return as a newline, and in an attribute each as a blank.
 */
export function escapeXml(text: string): string {
  const character = forbiddenCharacter(text);
  if (character !== undefined) {
    throw new VirshError({
      kind: "Invalid",
      tried: "write a text as XML",
      said: `it contains the character ${character}, which XML cannot carry`,
    });
  }
  return text.replace(/[&<>"'\t\n\r]/g, (found) => `&#${found.charCodeAt(0)};`);
}
