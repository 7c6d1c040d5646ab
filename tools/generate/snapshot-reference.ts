import { inputFields } from "../../provider/snapshot/inputs.js";
import { outputDocs } from "../../provider/snapshot/outputs.js";
import type { OwnFacts } from "../../provider/schema/field.js";
import { interfacesOf } from "./docstrings.js";
import { CHANGES, defaultText } from "./sdk.js";
import { table } from "./table.js";
import { factsOf, isOptional, unwrapped, type Shape } from "./types.js";

/** Every input of a `Snapshot`. */
export function inputTable(): string {
  const rows = inputFields.map(({ path, facts }) => {
    const { doc, virsh, onChange } = facts;
    const flag = virsh === undefined ? "–" : `\`${virsh}\``;
    return [`\`${path}\``, doc, defaultOf(facts), flag, CHANGES[onChange]];
  });
  return table(["input", "meaning", "default", "virsh", "on a change"], rows);
}

/** The properties of inputs that are objects or lists of objects: `memory.file`. */
export function partTable(): string {
  const rows = inputFields.flatMap(({ path, schema }) => partsOf(path, schema as unknown as Shape));
  return table(["property", "meaning", "default", "virsh"], rows);
}

function partsOf(path: string, schema: Shape): string[][] {
  const inner = unwrapped(schema);
  if (inner.type === "array" && inner.item !== undefined) return partsOf(`${path}[]`, inner.item);
  return Object.entries(inner.entries ?? {}).map(([key, part]) => {
    const facts = factsOf(part);
    const byDefault = facts === undefined ? undefined : defaultText(facts);
    const virsh = facts?.virsh === undefined ? "–" : `\`${facts.virsh}\``;
    const required = isOptional(part) ? "none" : "required";
    return [`\`${path}.${key}\``, facts?.doc ?? "", byDefault ?? required, virsh];
  });
}

/** Every output that is not an input. */
export function outputTable(): string {
  const rows = Object.entries(outputDocs).map(([key, { type, doc }]) => [`\`${key}\``, `\`${type}\``, doc]);
  return table(["output", "type", "meaning"], rows);
}

/** The properties of outputs that are objects. */
export function outputPartTable(read: (file: string) => string): string {
  const types = interfacesOf(read("provider/snapshot/outputs.ts"));
  const names = [...types.keys()].filter((name) =>
    Object.values(outputDocs).some(({ type }) => type.replace(/\[\]| \| undefined/g, "") === name),
  );
  const rows = names.flatMap((name) =>
    (types.get(name)?.properties ?? []).map(({ name: key, type, optional, paragraphs }) => [
      `\`${name}.${key}${optional ? "?" : ""}\``,
      `\`${type}\``,
      paragraphs.join(" "),
    ]),
  );
  return table(["property", "type", "meaning"], rows);
}

/** The inputs that most programs need nothing beyond. */
const COMMON = [
  "domain",
  "name",
  "description",
  "uri",
  "diskOnly",
  "quiesce",
  "adopt",
  "revert.triggers",
  "revert.safetySnapshot",
  "deleteScope",
];

/** The ten inputs that people use, each in its first words. A list: a table would pad every line to the longest. */
export function commonInputs(): string {
  const items = COMMON.map((name) => {
    const field = inputFields.find(({ path }) => path === name);
    if (field === undefined) throw new Error(`there is no input ${name}`);
    const { facts } = field;
    const byDefault = defaultText(facts);
    return `- \`${name}\` (${byDefault === undefined ? "required" : `default: ${byDefault}`}): ${beginningOf(facts.doc)}`;
  });
  return items.join("\n");
}

/** The first sentence, or more where that is only a few words. */
function beginningOf(doc: string): string {
  const sentences = doc.split(/(?<=\.) (?=[A-Z`])/);
  let text = sentences.shift() ?? "";
  while (text.length < 40 && sentences.length > 0) text += ` ${sentences.shift() ?? ""}`;
  return text;
}

function defaultOf(facts: OwnFacts): string {
  return defaultText(facts) ?? "required";
}
