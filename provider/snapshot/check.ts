import * as v from "valibot";
import { quote } from "../errors.js";
import { redactUri } from "../virsh/uri.js";
import { snapshotInputs, type SnapshotInputs } from "./inputs.js";
import { normalLineEnds } from "./text.js";
import { isKnown } from "./unknown.js";

/** What is wrong with one input, told so that the reader can mend it. */
export interface Problem {
  /** Pulumi's property path: `revert.triggers`, `disks[0].name`. */
  property: string;
  /** The value and what is wrong with it, and what would do. */
  reason: string;
}

export type Checked = { inputs: SnapshotInputs; problems: readonly Problem[] };

/**
 * Raw inputs in their normal form (absent instead of null, `\n` for line ends), with everything that is wrong with
 * them. Touches no host. A value that is not known yet, in a preview, is taken to be right.
 */
export function check(raw: Record<string, unknown>): Checked {
  const inputs = normalise(raw);
  const { issues = [] } = v.safeParse(snapshotInputs, inputs);
  return {
    inputs: inputs as SnapshotInputs,
    problems: issues.filter((issue) => isKnown(issue.input)).map(toProblem),
  };
}

function normalise(raw: Record<string, unknown>): Record<string, unknown> {
  const inputs = withoutNulls(raw) as Record<string, unknown>;
  if (typeof inputs["description"] === "string")
    inputs["description"] = normalLineEnds(inputs["description"]);
  return inputs;
}

/** Pulumi sends `null` for what a program left out; to libvirt and to a diff it is the same as absent. */
function withoutNulls(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

function toProblem(issue: v.BaseIssue<unknown>): Problem {
  const property = propertyPath(issue);
  return { property, reason: `${property}: ${reason(issue)}` };
}

function reason(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never") {
    return `there is no such property. ${knownProperties(issue)}`;
  }
  if (issue.type === "strict_object" && issue.received === "undefined") return "this property is required";
  const shown = shownValue(issue);
  if (issue.type === "raw_check") return `${shown} cannot be used: ${issue.message}.`;
  return `${shown} cannot be used: expected ${expectation(issue)}.`;
}

function expectation(issue: v.BaseIssue<unknown>): string {
  switch (issue.type) {
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

function shownValue(issue: v.BaseIssue<unknown>): string {
  const { input } = issue;
  if (typeof input === "string" && issue.path?.at(-1)?.key === "uri") return quote(redactUri(input));
  const shown = quote(input);
  return shown.length <= 80 ? shown : `${shown.slice(0, 77)}…"`;
}

function knownProperties(issue: v.BaseIssue<unknown>): string {
  const parent = issue.path?.slice(0, -1).map(({ key }) => String(key)) ?? [];
  let entries: object = snapshotInputs.entries;
  for (const key of parent) {
    const schema = (entries as Record<string, { wrapped?: { entries?: object } }>)[key];
    entries = schema?.wrapped?.entries ?? {};
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
