import { defaultText, inputParagraphs } from "../sdk.js";
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

/** What stands for an absent input, where that is not what the table says. `entries`: for the parts of it. */
interface Default {
  text?: string;
  entries?: Defaults;
}

export type Defaults = Readonly<Record<string, Default>>;

/**
 * The properties of a table of inputs. The types of its parts are added to `types`, with names that begin with `prefix`:
 * `SnapshotMemory` is `memory` of a `Snapshot`.
 */
export function inputsSpec(prefix: string, table: Shape, types: Types, defaults: Defaults = {}): ObjectSpec {
  const entries = Object.entries(table.entries ?? {});
  const properties = entries.map(([key, schema]): [string, PropertySpec] => {
    const paragraphs = describe(schema, defaults[key]?.text);
    if (paragraphs === undefined) throw new Error(`the input ${key} of ${prefix} has no description`);
    const type = typeOf(schema, {
      ...{ name: `${prefix}${capital(key)}`, doc: paragraphs[0] ?? "" },
      ...{ types, defaults: defaults[key]?.entries ?? {} },
    });
    const replaces = factsOf(schema)?.onChange === "replace";
    const description = paragraphs.join("\n\n");
    return [key, { ...type, description, ...(replaces ? { willReplaceOnChanges: true } : {}) }];
  });
  const required = entries.filter(([, schema]) => !isOptional(schema) && !isNamedByResource(schema));
  return objectSpec(
    Object.fromEntries(properties),
    required.map(([key]) => key),
  );
}

/** The default of an input that the provider's configuration may give, in words. */
export function orProvider(path: string, schema: Shape | undefined): string {
  const facts = schema === undefined ? undefined : factsOf(schema);
  return `\`${path}\` of the provider, else ${(facts && defaultText(facts)) ?? "none"}`;
}

function isNamedByResource(schema: Shape): boolean {
  return factsOf(schema)?.defaultDoc === "the resource's name";
}

function describe(schema: Shape, byDefault: string | undefined): string[] | undefined {
  const facts = factsOf(schema);
  const description = descriptionOf(schema);
  if (facts === undefined) return description === undefined ? undefined : [description];
  const own = byDefault === undefined ? facts : { ...facts, defaultDoc: byDefault };
  return inputParagraphs(own).map(ofThePlugin);
}

/** Without the sentences that tell what is different in the component of the TypeScript package. */
function ofThePlugin(paragraph: string): string {
  return paragraph.replace(/ The component over @pulumi\/command [^.]*\.(?= |$)/g, "");
}

interface Part {
  /** For a type of its own, if it needs one. */
  name: string;
  doc: string;
  types: Types;
  defaults: Defaults;
}

function typeOf(schema: Shape, part: Part): TypeSpec {
  const { name, doc, types, defaults } = part;
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
      return types.refer(name, inner.options, () => enumSpec(inner.options ?? [], doc));
    case "array":
      return {
        type: "array",
        items: typeOf(inner.item ?? { type: "unknown" }, { ...part, name: singular(name) }),
      };
    case "strict_object":
      return types.refer(name, inner.entries, () => ({
        type: "object",
        description: doc,
        ...inputsSpec(name, inner, types, defaults),
      }));
    default:
      throw new Error(`the generator does not know the schema type ${inner.type}`);
  }
}

function singular(name: string): string {
  return name.replace(/s$/, "");
}

function enumSpec(options: string[], doc: string): EnumSpec {
  return {
    type: "string",
    description: doc,
    enum: options.map((value) => ({ value, ...meaningOf(value, doc) })),
  };
}

/** What the docstring says about one of the values: `` `required`: fails if no agent answers. `` */
function meaningOf(value: string, doc: string): { description?: string } {
  const said = doc.split(`\`${value}\`: `)[1]?.match(/^.*?[.](?= |$)/)?.[0];
  return said === undefined ? {} : { description: capital(said) };
}
