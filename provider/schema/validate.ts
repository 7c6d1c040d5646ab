import * as v from "valibot";
import { quote } from "../errors.js";
import { isKnown } from "./unknown.js";
import { redactUri } from "../hypervisor/uri.js";

/** What is wrong with one input, and what would work. */
export interface Problem {
  /** The property's path: `revert.triggers`, `disks[0].name`. */
  property: string;
  /** A sentence that starts with the path: the value, what is wrong with it, and what would work. */
  reason: string;
}

/** A table of inputs: an object schema. */
export type InputTable = v.GenericSchema & { entries: v.ObjectEntries };

/**
 * The problems of each input by itself. A value that a preview does not know yet counts as correct. Combinations of
 * inputs are up to the caller.
 */
export function problemsIn(inputs: Record<string, unknown>, table: InputTable): Problem[] {
  const { issues = [] } = v.safeParse(table, inputs);
  return issues.filter((issue) => isKnown(issue.input)).map((issue) => toProblem(issue, table));
}

/** A problem that a rule found: `message` says what is wrong and what would work, without a full stop. */
export function problem(property: string, message: string): Problem {
  return { property, reason: `${property}: ${message}.` };
}

/**
 * `null` stands for what a program left out; to libvirt and to a diff it is the same as absent. A value under one of
 * the keys in `opaque` stays as it is.
 */
export function withoutNulls(value: unknown, opaque: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, opaque));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, opaque.includes(key) ? (item as unknown) : withoutNulls(item, opaque)]),
  );
}

function toProblem(issue: v.BaseIssue<unknown>, table: InputTable): Problem {
  const property = propertyPath(issue);
  return { property, reason: `${property}: ${reason(issue, table)}` };
}

function reason(issue: v.BaseIssue<unknown>, table: InputTable): string {
  if (issue.type === "strict_object" && issue.expected === "never") {
    return `there is no such property. The properties are ${propertiesBeside(issue, table).join(", ")}.`;
  }
  if (issue.type === "strict_object" && issue.received === "undefined") return "this property is required.";
  const shown = shownValue(issue);
  if (issue.type === "raw_check") return `${shown} cannot be used: ${issue.message}.`;
  return `${shown} cannot be used: expected ${expectation(issue)}.`;
}

function expectation(issue: v.BaseIssue<unknown>): string {
  switch (issue.type) {
    case "boolean":
      return "true or false";
    case "string":
      return "a string";
    case "number":
      return "a number";
    case "picklist":
      return oneOf(issue.expected ?? "");
    case "integer":
      return "a whole number";
    case "min_value":
      return `at least ${String(issue.requirement)}`;
    case "max_value":
      return `at most ${String(issue.requirement)}`;
    case "array":
      return "a list";
    case "strict_object":
      return "an object";
    default:
      return issue.expected ?? "something else";
  }
}

/** valibot's `("a" | "b" | "c")` in words: `"a", "b" or "c"`. */
function oneOf(choices: string): string {
  return choices
    .replace(/^\((.*)\)$/, "$1")
    .replace(/ \| (?=[^|]*$)/, " or ")
    .replaceAll(" | ", ", ");
}

function shownValue(issue: v.BaseIssue<unknown>): string {
  const { input } = issue;
  if (typeof input === "string" && issue.path?.at(-1)?.key === "uri") return quote(redactUri(input));
  const shown = quote(input);
  return shown.length <= 80 ? shown : `${shown.slice(0, 77)}…"`;
}

/** The parts of an optional object, or of an optional list of objects. */
interface Shape {
  wrapped?: { entries?: Record<string, Shape>; item?: { entries?: Record<string, Shape> } };
}

function propertiesBeside(issue: v.BaseIssue<unknown>, table: InputTable): string[] {
  const parents = issue.path?.slice(0, -1).filter(({ key }) => typeof key === "string") ?? [];
  let entries: Record<string, Shape> = table.entries as unknown as Record<string, Shape>;
  for (const { key } of parents) {
    const { wrapped } = entries[String(key)] ?? {};
    entries = wrapped?.entries ?? wrapped?.item?.entries ?? {};
  }
  return Object.keys(entries);
}

function propertyPath(issue: v.BaseIssue<unknown>): string {
  const keys = issue.path?.map(({ key }) => key) ?? [];
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}
