import { aliasesOf, interfacesOf, type Documented, type DocumentedInterface } from "../docstrings.js";
import { ANY, objectSpec, type ObjectSpec, type PropertySpec, type Types, type TypeSpec } from "./spec.js";

/** What TypeScript sources declare: results of functions, and outputs. */
export class Declarations {
  readonly #interfaces: ReadonlyMap<string, DocumentedInterface>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #types: Types;

  constructor(sources: readonly string[], types: Types) {
    this.#interfaces = new Map(sources.flatMap((source) => [...interfacesOf(source)]));
    this.#aliases = new Map(sources.flatMap((source) => [...aliasesOf(source)]));
    this.#types = types;
  }

  /** The properties of an interface and of those that it extends. */
  objectSpec(name: string): ObjectSpec {
    const properties = this.#propertiesOf(name);
    const required = properties.filter(({ optional }) => !optional);
    return objectSpec(
      Object.fromEntries(properties.map((property) => [property.name, this.#propertySpec(name, property)])),
      required.map((property) => property.name),
    );
  }

  /** A value of a TypeScript type with what is written about it. `path` is where, for an error. */
  valueSpec(path: string, type: string, doc: string): PropertySpec {
    if (doc === "") throw new Error(`${path} has no docstring`);
    const text = type.replaceAll(/ \| undefined/g, "");
    const choices = this.#choices(text) ?? [];
    const named = choices.every((value) => doc.includes(`\`${value}\``));
    return { ...this.#typeSpec(path, text), description: named ? doc : `${doc} One of ${listed(choices)}.` };
  }

  #propertiesOf(name: string): Documented[] {
    const found = this.#interfaces.get(name);
    if (found === undefined) throw new Error(`no source of the schema declares ${name}`);
    return [...found.extends.flatMap((parent) => this.#propertiesOf(parent)), ...found.properties];
  }

  #propertySpec(of: string, { name, type, paragraphs }: Documented): PropertySpec {
    return this.valueSpec(`${of}.${name}`, type, paragraphs.join("\n\n"));
  }

  #typeSpec(path: string, type: string): TypeSpec {
    const item = /^(.+)\[\]$/.exec(type)?.[1];
    if (item !== undefined) return { type: "array", items: this.#typeSpec(path, item) };
    if (this.#choices(type) !== undefined) return { type: "string" };
    if (type === "number") return { type: outgrows32Bits(path) ? "number" : "integer" };
    if (type === "string" || type === "boolean") return { type };
    if (type === "unknown") return ANY;
    const paragraphs = this.#interfaces.get(type)?.paragraphs;
    if (paragraphs === undefined) throw new Error(`${path}: the generator does not know the type ${type}`);
    const description = paragraphs.join("\n\n");
    return this.#types.refer(type, type, () => ({ type: "object", description, ...this.objectSpec(type) }));
  }

  /**
   * The strings that a union allows. An output is a plain string all the same: a later version of the provider may have
   * another value, and an SDK must be able to read it.
   */
  #choices(type: string): string[] | undefined {
    const [, of, without] = /^Exclude<(\w+), (.+)>$/.exec(type) ?? [];
    if (of === undefined) return literalsOf(this.#aliases.get(type) ?? type);
    return this.#choices(of)?.filter((value) => !literalsOf(without ?? "")?.includes(value));
  }
}

/** `"one" | "other"`. */
function literalsOf(type: string): string[] | undefined {
  const parts = type.split("|").map((part) => /^\s*"(.*)"\s*$/.exec(part)?.[1]);
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function listed(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(", ");
}

/** An integer has 32 bits in .NET and Java. */
function outgrows32Bits(path: string): boolean {
  return /(Bytes|KiB|Seconds)$/.test(path);
}
