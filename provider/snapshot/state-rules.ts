import * as v from "valibot";
import { snapshotInputs } from "./inputs.js";

/**
 * What a state of any version holds. Fields that a later version adds beside these are none of its business, and neither
 * are the rules for texts, which may become stricter.
 */

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const time = v.pipe(v.string(), v.regex(RFC_3339), v.isoTimestamp());
const name = v.pipe(v.string(), v.nonEmpty());
const captured = v.picklist(["no", "internal", "external"]);

/** What every state has. */
const always = {
  schemaVersion: v.pipe(v.number(), v.integer(), v.minValue(1)),
  domainUuid: v.pipe(v.string(), v.regex(UUID)),
  domainName: name,
  host: v.optional(v.looseObject({ uuid: v.optional(name), uri: name })),
};

/** What the state of a snapshot has that was read back. All of it, or nothing: only together do they come and go. */
const facts = {
  creationTime: time,
  state: name,
  location: v.picklist(["internal", "external", "mixed"]),
  isCurrent: v.boolean(),
  capturedDisks: v.array(
    v.looseObject({
      name,
      snapshot: v.picklist(["internal", "external"]),
      file: v.optional(name),
      imageDate: v.optional(name),
      vmClock: v.optional(name),
    }),
  ),
  capturedMemory: v.looseObject({ snapshot: captured, file: v.optional(name) }),
};

/** What may come with those. The first states did not say what a snapshot is good for. */
const more = {
  consistency: v.optional(v.picklist(["quiesced", "memory", "crash-consistent", "offline"])),
  parent: v.optional(name),
  lostDefinition: v.optional(v.looseObject({ packed: v.string(), current: v.boolean() })),
  lastRevert: v.optional(
    v.looseObject({ at: time, triggers: v.array(v.unknown()), safetySnapshot: v.optional(name) }),
  ),
  safetySnapshots: v.optional(
    v.array(
      v.looseObject({
        name,
        creationTime: v.optional(time),
        pending: v.optional(v.array(v.looseObject({ file: v.string(), stamp: v.string() }))),
      }),
    ),
  ),
};

const OBJECTS = ["memory", "revert", "host", "capturedMemory", "lastRevert", "lostDefinition"];

const complete = v.looseObject({ ...snapshotInputs.entries, ...always, ...facts, ...more });
const partial = v.looseObject({ ...snapshotInputs.entries, ...always });

/**
 * What is wrong with the fields of a state, as a clause that names the first; `undefined` if nothing is. It shows no
 * value, which may be a secret.
 */
export function stateProblem(outputs: Record<string, unknown>): string | undefined {
  // A snapshot that could never be read back is known by its name alone: nothing may be left of anything else.
  const known = Object.keys({ ...facts, ...more }).some((key) => outputs[key] !== undefined);
  // To valibot, a list without items is an object without keys.
  const list = OBJECTS.find((key) => Array.isArray(outputs[key]));
  if (list !== undefined) return wrongKind(list, []);
  const { issues = [] } = v.safeParse(known ? complete : partial, outputs);
  const issue = issues.find((each) => !isForgiven(each));
  return issue && clauseOf(issue);
}

function isForgiven({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === "raw_check" || (type === "strict_object" && expected === "never");
}

function clauseOf(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) =>
    typeof key === "number" ? `[${key}]` : `.${String(key)}`,
  );
  const field = path.join("").replace(/^\./, "");
  if (issue.input === undefined) return `its field ${field} is missing`;
  return wrongKind(field, issue.input);
}

function wrongKind(field: string, value: unknown): string {
  return `its field ${field} is not what this package writes (it is ${kindOf(value)})`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
