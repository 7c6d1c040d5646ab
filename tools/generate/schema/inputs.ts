import type { InputFacts } from "../../../provider/schema/field.js";
import { inputParagraphs } from "../sdk.js";
import { capital, descriptionOf, factsOf, isOptional, unwrapped, type Shape } from "../types.js";
import {
  ANY,
  objectSpec,
  type EnumSpec,
  type ObjectSpec,
  type PropertySpec,
  type Types,
  type TypeSpec,
} from "./spec.js";

/** Defaults in words, by the path of the input, that differ from those of the table. */
export type Defaults = Readonly<Record<string, string>>;

/**
 * The properties of a table of inputs. The types of its parts are added to `types`, with names that begin with `prefix`:
 * `SnapshotMemory` is `memory` of a `Snapshot`.
 */
export function inputsSpec(prefix: string, table: Shape, types: Types, defaults: Defaults = {}): ObjectSpec {
  const entries = Object.entries(table.entries ?? {});
  const properties = entries.map(([key, schema]): [string, PropertySpec] => {
    const description = describe(schema, defaults[key]);
    if (description === undefined) throw new Error(`the input ${key} of ${prefix} has no description`);
    const type = typeOf(`${prefix}${capital(key)}`, schema, types, description, within(key, defaults));
    const replaces = factsOf(schema)?.onChange === "replace";
    return [key, { ...type, description, ...(replaces ? { willReplaceOnChanges: true } : {}) }];
  });
  const required = entries.filter(([, schema]) => !isOptional(schema) && !namedByProgram(schema));
  return objectSpec(
    Object.fromEntries(properties),
    required.map(([key]) => key),
  );
}

/** Whether the provider makes it of the resource's name where it is absent. */
function namedByProgram(schema: Shape): boolean {
  return factsOf(schema)?.defaultDoc === "the resource's name";
}

function describe(schema: Shape, byDefault: string | undefined): string | undefined {
  const facts: InputFacts | undefined = factsOf(schema);
  if (facts === undefined) return descriptionOf(schema);
  const own = byDefault === undefined ? facts : { ...facts, defaultDoc: byDefault };
  return inputParagraphs(own).join("\n\n");
}

/** The defaults of the parts of an input: `revert.to` is `to` within `revert`. */
function within(key: string, defaults: Defaults): Defaults {
  const parts = Object.entries(defaults).filter(([path]) => path.startsWith(`${key}.`));
  return Object.fromEntries(parts.map(([path, text]) => [path.slice(key.length + 1), text]));
}

function typeOf(
  name: string,
  schema: Shape,
  types: Types,
  description: string,
  defaults: Defaults,
): TypeSpec {
  const inner = unwrapped(schema);
  switch (inner.type) {
    case "string":
    case "boolean":
      return { type: inner.type };
    case "number":
      return { type: (inner.pipe ?? []).some(({ type }) => type === "integer") ? "integer" : "number" };
    case "unknown":
      return ANY;
    case "picklist":
      return types.refer(name, () => enumSpec(inner.options ?? [], description));
    case "array":
      return {
        type: "array",
        items: typeOf(singular(name), inner.item ?? { type: "unknown" }, types, description, defaults),
      };
    case "strict_object":
      return types.refer(name, () => ({
        type: "object",
        description,
        ...inputsSpec(name, inner, types, defaults),
      }));
    default:
      throw new Error(`the generator does not know the schema type ${inner.type}`);
  }
}

function singular(name: string): string {
  return name.replace(/s$/, "");
}

function enumSpec(options: string[], description: string): EnumSpec {
  return {
    type: "string",
    description,
    enum: options.map((value) => ({ value, ...meaning(value, description) })),
  };
}

/** What the description says about one of the values: `` `required`: fails if no agent answers. `` */
function meaning(value: string, description: string): { description?: string } {
  const said = description.split(`\`${value}\`: `)[1]?.match(/^.*?[.](?= |\n|$)/)?.[0];
  return said === undefined ? {} : { description: capital(said) };
}
