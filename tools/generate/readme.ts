import { inputFields } from "../../provider/snapshot/inputs.js";
import { outputDocs } from "../../provider/snapshot/outputs.js";
import { CHANGES, defaultText } from "./sdk.js";
import { table } from "./table.js";

/** The README with the reference tables in it made anew. */
export function readme(text: string): string {
  return fill(fill(text, "inputs", inputTable()), "outputs", outputTable());
}

function fill(text: string, name: string, table: string): string {
  const begin = `<!-- ${name}: made by npm run generate -->`;
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for the ${name}: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function inputTable(): string {
  const rows = inputFields.map(({ path, facts }) => {
    const { doc, virsh, onChange } = facts;
    return [
      `\`${path}\``,
      doc,
      defaultText(facts) ?? "required",
      virsh === undefined ? "–" : `\`${virsh}\``,
      CHANGES[onChange],
    ];
  });
  return table(["input", "meaning", "default", "virsh", "on a change"], rows);
}

function outputTable(): string {
  return table(
    ["output", "meaning"],
    Object.entries(outputDocs).map(([key, { doc }]) => [`\`${key}\``, doc]),
  );
}
