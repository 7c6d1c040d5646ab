import { getDescription, type GenericSchema } from "valibot";
import { factsOf as factsOfSchema, type InputFacts } from "../../provider/schema/field.js";

/** The parts of a valibot schema that the table of inputs uses. */
export interface Shape {
  type: string;
  wrapped?: Shape;
  item?: Shape;
  entries?: Record<string, Shape>;
  options?: string[];
  /** The rules for a value. */
  pipe?: { type: string }[];
}

export function isOptional({ type }: Shape): boolean {
  return type === "optional";
}

export function unwrapped(schema: Shape): Shape {
  return isOptional(schema) && schema.wrapped !== undefined ? schema.wrapped : schema;
}

export function factsOf(schema: Shape): InputFacts | undefined {
  return factsOfSchema(schema as unknown as GenericSchema);
}

/** What an object with facts of its own for each property is for. */
export function descriptionOf(schema: Shape): string | undefined {
  return getDescription(schema as unknown as GenericSchema);
}

/** The TypeScript of a value, each part of it wrapped as `wrap` says. `named` gives the name of an object's type. */
export function typeText(schema: Shape, named: string, wrap: (text: string) => string): string {
  const inner = unwrapped(schema);
  switch (inner.type) {
    case "string":
    case "number":
    case "boolean":
    case "unknown":
      return wrap(inner.type);
    case "picklist":
      return wrap((inner.options ?? []).map((option) => JSON.stringify(option)).join(" | "));
    case "array":
      return wrap(`${bracketed(typeText(inner.item ?? { type: "unknown" }, named, wrap))}[]`);
    case "strict_object":
      return wrap(named);
    default:
      throw new Error(`the generator does not know the schema type ${inner.type}`);
  }
}

function bracketed(text: string): string {
  return /[ |]/.test(text) && !text.endsWith(">") ? `(${text})` : text;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
