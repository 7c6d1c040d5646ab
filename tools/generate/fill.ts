/**
 * The document with the text between the markers of each part made anew. A part that the document has no place for is
 * an error: a table would be missing from it unnoticed.
 */
export function fill(document: string, text: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((done, [name, part]) => fillOne(document, done, name, part), text);
}

function fillOne(document: string, text: string, name: string, part: string): string {
  const begin = `<!-- ${name}: made by npm run generate -->`;
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} has no place for the ${name}: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
}
