import { functionsOf, interfacesOf, type Documented, type DocumentedInterface } from "./docstrings.js";
import { defaultText } from "./sdk.js";
import { FUNCTION_INPUTS } from "./function-types.js";
import { table } from "./table.js";
import { factsOf, isOptional, type Shape } from "./types.js";

/** Where the results of functions are declared. */
export const RESULTS = [
  "get-snapshot",
  "get-snapshots",
  "snapshot-info",
  "tree",
  "get-domain",
  "domain-disks",
  "possible-snapshots",
  "get-disk-snapshots",
].map((name) => `provider/functions/${name}.ts`);

/** Each function: what it answers, its arguments, its result; then the types that results are made of. */
export function functionReference(read: (file: string) => string): string {
  const docs = functionsOf(read("sdk/functions.ts"));
  const types = new Map(RESULTS.flatMap((file) => [...interfacesOf(read(file))]));
  const results = Object.keys(FUNCTION_INPUTS).map((name) => `${name.replace(/^g/, "G")}Result`);
  const sections = Object.entries(FUNCTION_INPUTS).map(([name, { entries }], index) => {
    const result = results[index] ?? "";
    const found = types.get(result);
    if (found === undefined)
      throw new Error(`the result ${result} is declared in none of the files of RESULTS`);
    const parts = [`### ${name}`, ...(docs.get(name) ?? []), inputTable(entries)];
    return [...parts, `It returns${parents(found)}:`, propertyTable(found)].join("\n\n");
  });
  const others = [...types].filter(([name]) => !results.includes(name));
  const shared = others.map(([name, type]) =>
    [`### ${name}`, ...type.paragraphs, propertyTable(type)].join("\n\n"),
  );
  return [...sections, ...shared].join("\n\n");
}

function parents({ extends: names }: DocumentedInterface): string {
  const links = names.map((name) => `[${name}](#${name.toLowerCase()})`);
  return links.length === 0 ? "" : ` everything that ${links.join(", ")} has, and`;
}

function inputTable(entries: Record<string, Shape>): string {
  const rows = Object.entries(entries).map(([key, schema]) => {
    const facts = factsOf(schema);
    const byDefault = facts === undefined ? undefined : defaultText(facts);
    const virsh = facts?.virsh === undefined ? "–" : `\`${facts.virsh}\``;
    return [`\`${key}\``, facts?.doc ?? "", isOptional(schema) ? (byDefault ?? "none") : "required", virsh];
  });
  return table(["argument", "meaning", "default", "virsh"], rows);
}

function propertyTable({ properties }: DocumentedInterface): string {
  const row = ({ name, type, optional, paragraphs }: Documented) => [
    `\`${name}${optional ? "?" : ""}\``,
    `\`${type}\``,
    paragraphs.join(" "),
  ];
  return table(["property", "type", "meaning"], properties.map(row));
}
