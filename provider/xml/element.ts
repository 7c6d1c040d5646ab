import { VirshError } from "../errors.js";

export interface ElementParts {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  text: string;
  start: number;
  end: number;
}

/**
 * An element of a parsed document. A method returns a fact or throws: `required…` throws if the part is missing, and a
 * part that may appear only once throws if it appears twice.
 */
export class XmlElement {
  readonly name: string;
  /** Its own text, unchanged, without the text of its children. */
  readonly text: string;
  /** Where it starts in the document's text, and where the text after it starts. */
  readonly start: number;
  readonly end: number;
  /** The levels of elements in it, with its own. */
  readonly depth: number;
  readonly #attributes: ReadonlyMap<string, string>;
  readonly #children: readonly XmlElement[];

  constructor({ name, attributes, children, text, start, end }: ElementParts) {
    this.name = name;
    this.text = text;
    this.start = start;
    this.end = end;
    this.depth = 1 + Math.max(0, ...children.map(({ depth }) => depth));
    this.#attributes = attributes;
    this.#children = children;
  }

  get children(): readonly XmlElement[] {
    return this.#children;
  }

  get attributes(): ReadonlyMap<string, string> {
    return this.#attributes;
  }

  all(name: string): XmlElement[] {
    return this.#children.filter((child) => child.name === name);
  }

  child(name: string): XmlElement | undefined {
    const [first, ...others] = this.all(name);
    if (others.length > 0) throw unreadable(this.name, `it has ${others.length + 1} elements <${name}>`);
    return first;
  }

  requiredChild(name: string): XmlElement {
    const child = this.child(name);
    if (child === undefined) throw unreadable(this.name, `it has no element <${name}>`);
    return child;
  }

  /** The text of the child `name`, which may consist of blanks but not be empty. */
  requiredText(name: string): string {
    const { text } = this.requiredChild(name);
    if (text === "") throw unreadable(this.name, `its element <${name}> is empty`);
    return text;
  }

  requiredInteger(name: string): number {
    return this.#integer(`element <${name}>`, this.requiredText(name));
  }

  /** Every text in it and every value of an attribute, except of the attributes `but`. */
  values(but: readonly string[]): string[] {
    const own = [...this.#attributes].filter(([name]) => !but.includes(name)).map(([, value]) => value);
    return [...own, this.text, ...this.#children.flatMap((child) => child.values(but))];
  }

  attribute(name: string): string | undefined {
    return this.#attributes.get(name);
  }

  requiredAttribute(name: string): string {
    const value = this.attribute(name);
    if (value === undefined) throw unreadable(this.name, `it has no attribute "${name}"`);
    return value;
  }

  integerAttribute(name: string): number | undefined {
    const value = this.attribute(name);
    return value === undefined ? undefined : this.#integer(`attribute "${name}"`, value);
  }

  /** The attribute `name`, which must be one of `choices`. */
  requiredChoice<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.requiredAttribute(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) {
      throw unreadable(this.name, `its attribute "${name}" is ${value}, not one of ${choices.join(", ")}`);
    }
    return choice;
  }

  #integer(what: string, text: string): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
      throw unreadable(this.name, `its ${what} is not a whole number`);
    }
    return value;
  }
}

/** The error for a text that was expected to be the XML of an element `name`, and cannot be used. */
export function unreadable(name: string, said: string, cause?: unknown): VirshError {
  return new VirshError({ kind: "Unexpected", tried: `read the XML of <${name}>`, said, cause });
}
