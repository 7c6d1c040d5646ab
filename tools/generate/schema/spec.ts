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

export interface ObjectSpec {
  properties: Record<string, PropertySpec>;
  required?: string[];
}

export interface EnumSpec {
  type: "string";
  description: string;
  enum: { value: string; description?: string }[];
}

export type ComplexSpec = (ObjectSpec & { type: "object"; description: string }) | EnumSpec;

/** The types of a schema as they are found, by name. */
export class Types {
  readonly #specs = new Map<string, ComplexSpec>();

  /** Adds the type that `make` describes, unless it is there, and returns the reference to it. */
  refer(name: string, make: () => ComplexSpec): TypeSpec {
    if (!this.#specs.has(name)) {
      // A type may contain itself.
      this.#specs.set(name, { type: "object", description: "", properties: {} });
      this.#specs.set(name, make());
    }
    return { $ref: `#/types/${token(name)}` };
  }

  all(): Record<string, ComplexSpec> {
    const sorted = [...this.#specs].sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(sorted.map(([name, spec]) => [token(name), spec]));
  }
}

export const ANY: TypeSpec = { $ref: "pulumi.json#/Any" };

export function token(name: string): string {
  return `virsh:index:${name}`;
}

/** An object with these properties, sorted out which are always there. */
export function objectSpec(properties: Record<string, PropertySpec>, required: string[]): ObjectSpec {
  return { properties, ...(required.length === 0 ? {} : { required }) };
}
