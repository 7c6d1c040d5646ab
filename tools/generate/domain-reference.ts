import { interfacesOf } from "./docstrings.js";
import { table } from "./table.js";

/** Every input of a `Domain`, from the docstrings of its type. */
export function domainInputTable(read: (file: string) => string): string {
  const properties = interfacesOf(read("sdk/domain-args.ts")).get("DomainArgs")?.properties ?? [];
  if (properties.length === 0) throw new Error("sdk/domain-args.ts has no inputs");
  const rows = properties.map(({ name, optional, paragraphs }) => {
    const byDefault = labelled(paragraphs, "Default");
    const meaning = paragraphs.filter((paragraph) => !/^(Default|On a change): /.test(paragraph)).join(" ");
    return [`\`${name}\``, meaning, optional ? byDefault : "required", labelled(paragraphs, "On a change")];
  });
  return table(["input", "meaning", "default", "on a change"], rows);
}

/** What a paragraph that begins with that label says. */
function labelled(paragraphs: string[], label: string): string {
  const found = paragraphs.find((paragraph) => paragraph.startsWith(`${label}: `)) ?? "";
  return found
    .slice(label.length + 2)
    .replace(/ Required\.$/, "")
    .replace(/\.$/, "");
}
