/** What a stream has carried, whole. */
export class Collected {
  /** @type {Buffer[]} */
  #parts = [];

  /** @param {Buffer} part */
  add(part) {
    this.#parts.push(part);
  }

  toString() {
    return Buffer.concat(this.#parts).toString();
  }
}

/** Passes on what arrives line by line, one after the other. */
export class Lines {
  #rest = Buffer.alloc(0);
  #passed = Promise.resolve();
  #pass;

  /** @param {(line: string) => Promise<void>} pass */
  constructor(pass) {
    this.#pass = pass;
  }

  /** @param {Buffer} part */
  add(part) {
    let rest = Buffer.concat([this.#rest, part]);
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      this.#line(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    this.#rest = rest;
  }

  /** Passes on a last line without its end, and waits until all have been taken. */
  async end() {
    if (this.#rest.length > 0) this.#line(this.#rest);
    await this.#passed;
  }

  /** @param {Buffer} bytes */
  #line(bytes) {
    const line = bytes.toString().replace(/\r$/, "");
    this.#passed = this.#passed.then(() => this.#pass(line));
  }
}

/** @param {string} text */
export function withoutLineEnd(text) {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/** @type {Record<string, string>} */
const ESCAPES = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** A text between quotes, escaped as in Go, which the real plugin is written in. @param {string} text */
export function quoted(text) {
  const escaped = text.replaceAll(/["\\]/g, "\\$&").replaceAll(/[^\P{C}]|[^\P{Z} ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = (/** @type {number} */ digits) => code.toString(16).padStart(digits, "0");
    if (ESCAPES[character] !== undefined) return ESCAPES[character];
    return code < 0x80 ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
  });
  return `"${escaped}"`;
}
