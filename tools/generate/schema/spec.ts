/** The parts of a Pulumi schema that this package uses, as the metaschema names them. */

export interface TypeSpec {
  type?: "string" | "number" | "integer" | "boolean" | "array";
  items?: TypeSpec;
  $ref?: string;
}

export interface PropertySpec extends TypeSpec {
  description: string;
  secret?: true;
  willReplaceOnChanges?: true;
}

export type Properties = Record<string, PropertySpec>;

export interface ObjectSpec {
  properties: Properties;
  required?: string[];
}

export interface EnumSpec {
  type: "string";
  description: string;
  enum: { value: string; description?: string }[];
}

type ComplexSpec = (ObjectSpec & { type: "object"; description: string }) | EnumSpec;

export const ANY: TypeSpec = { $ref: "pulumi.json#/Any" };

export function token(name: string): string {
  return `virsh:index:${name}`;
}

/** The types of a schema as they are found, by name. */
export class Types {
  readonly #specs = new Map<string, ComplexSpec>();
  readonly #names = new Map<unknown, string>();

  /** Adds the type that `make` describes, unless `source`, which it is made of, has given one; and refers to it. */
  refer(name: string, source: unknown, make: () => ComplexSpec): TypeSpec {
    const known = this.#names.get(source);
    if (known !== undefined) return { $ref: `#/types/${token(known)}` };
    if (this.#specs.has(name)) throw new Error(`two types of the schema have the name ${name}`);
    // It is known before it is complete, because a type may contain itself.
    this.#names.set(source, name);
    this.#specs.set(name, { type: "object", description: "", properties: {} });
    this.#specs.set(name, make());
    return { $ref: `#/types/${token(name)}` };
  }

  all(): Record<string, ComplexSpec> {
    const sorted = [...this.#specs].sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(sorted.map(([name, spec]) => [token(name), spec]));
  }
}

export function objectSpec(properties: Properties, required: readonly string[]): ObjectSpec {
  return { properties, ...(required.length === 0 ? {} : { required: [...required] }) };
}

/** Properties with something changed in each. */
export function mapped(
  properties: Properties,
  change: (spec: PropertySpec, key: string) => PropertySpec,
): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, spec]) => [key, change(spec, key)]));
}
