import * as v from "valibot";
import { quote } from "../errors.js";
import { redactUri } from "../schema/uri-rules.js";
import { snapshotInputs, type SnapshotInputs } from "./inputs.js";
import { conflicts, type Conflict } from "./input-rules.js";
import { normalLineEnds } from "../schema/text-rules.js";
import { isKnown } from "../schema/unknown.js";

/** What is wrong with one input, told so that the reader can mend it. */
export interface Problem {
  /** Pulumi's property path: `revert.triggers`, `disks[0].name`. */
  property: string;
  /** The value and what is wrong with it, and what would do. */
  reason: string;
}

export interface Checked {
  inputs: SnapshotInputs;
  problems: readonly Problem[];
}

/**
 * Raw inputs in their normal form (absent instead of null, `\n` for line ends), with everything that is wrong with
 * them. Touches no host. A value that is not known yet, in a preview, is taken to be right.
 */
export function check(raw: Record<string, unknown>): Checked {
  const inputs = normalise(raw);
  const problems = problemsIn(inputs, snapshotInputs);
  const checked = inputs as SnapshotInputs;
  // What depends on several inputs is judged once each of them is right by itself.
  return { inputs: checked, problems: problems.length > 0 ? problems : conflicts(checked).map(toConflict) };
}

/** What is wrong with each input by itself, by a table of inputs. */
export function problemsIn(inputs: Record<string, unknown>, table: InputTable): Problem[] {
  const { issues = [] } = v.safeParse(table, inputs);
  return issues.filter((issue) => isKnown(issue.input)).map((issue) => toProblem(issue, table));
}

type InputTable = v.GenericSchema & { entries: v.ObjectEntries };

function normalise(raw: Record<string, unknown>): Record<string, unknown> {
  const inputs = withoutNulls(raw) as Record<string, unknown>;
  if (typeof inputs["description"] === "string")
    inputs["description"] = normalLineEnds(inputs["description"]);
  return inputs;
}

/** Pulumi sends `null` for what a program left out; to libvirt and to a diff it is the same as absent. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      // Triggers are any values: what they hold is the program's own affair.
      .map(([key, item]) => [key, key === "triggers" ? (item as unknown) : withoutNulls(item)]),
  );
}

function toConflict({ property, message }: Conflict): Problem {
  return { property, reason: `${property}: ${message}.` };
}

function toProblem(issue: v.BaseIssue<unknown>, table: InputTable): Problem {
  const property = propertyPath(issue);
  return { property, reason: `${property}: ${reason(issue, table)}` };
}

function reason(issue: v.BaseIssue<unknown>, table: InputTable): string {
  if (issue.type === "strict_object" && issue.expected === "never") {
    return `there is no such property. ${knownProperties(issue, table)}`;
  }
  if (issue.type === "strict_object" && issue.received === "undefined") return "this property is required";
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

/** `("a" | "b" | "c")` as one would say it. */
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

function knownProperties(issue: v.BaseIssue<unknown>, table: InputTable): string {
  const parents = issue.path?.slice(0, -1).filter(({ key }) => typeof key === "string") ?? [];
  let entries: Record<string, Shape> = table.entries as unknown as Record<string, Shape>;
  for (const { key } of parents) {
    const { wrapped } = entries[String(key)] ?? {};
    entries = wrapped?.entries ?? wrapped?.item?.entries ?? {};
  }
  return `Known are ${Object.keys(entries).join(", ")}.`;
}

function propertyPath(issue: v.BaseIssue<unknown>): string {
  const keys = issue.path?.map(({ key }) => key) ?? [];
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}
