import { VirshError } from "../errors.js";

/** What XML 1.0 cannot carry, not even as a character reference: controls, lone surrogates, U+FFFE, U+FFFF. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** How a character of `text` that XML cannot carry is written, if it holds one: `U+0007`. */
export function forbiddenCharacter(text: string): string | undefined {
  const code = forbidden.exec(text)?.[0].codePointAt(0);
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * `text` as it stands in an element or, quoted, in an attribute. White space other than blanks is written as a
 * reference: a parser turns a literal carriage return into a newline, and in an attribute each into a blank.
 */
export function escapeXml(text: string): string {
  const character = forbiddenCharacter(text);
  if (character !== undefined) {
    throw new VirshError({
      kind: "Invalid",
      tried: "write a text as XML",
      said: `it holds the character ${character}, which XML cannot carry`,
    });
  }
  return text.replace(/[&<>"'\t\n\r]/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** The text that `escaped` stands for. Throws on whatever is neither a character nor one of XML's own entities. */
export function decodeReferences(escaped: string): string {
  return escaped.replace(/&([^;&]*;?)/g, (reference, body: string) => {
    const character = body.endsWith(";") ? referenced(body.slice(0, -1)) : undefined;
    if (character === undefined)
      throw new Error(`'${reference.slice(0, 20)}' is no reference that XML knows`);
    return character;
  });
}

function referenced(name: string): string | undefined {
  const [, hexadecimal, decimal] = /^#(?:x([0-9a-f]{1,8})|([0-9]{1,8}))$/i.exec(name) ?? [];
  if (hexadecimal === undefined && decimal === undefined) {
    return Object.hasOwn(entities, name) ? entities[name] : undefined;
  }
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  if (code > 0x10ffff) return undefined;
  const character = String.fromCodePoint(code);
  return forbidden.test(character) ? undefined : character;
}
