const FOLDER = "test/golden/previews";

/** What the documents call the snapshot and the stack that the recorded previews are of. */
const NAMES: Record<string, string> = { '"a"': '"before-upgrade"', "project-test": "quick-start-dev" };

type Read = (file: string) => string;

/** A recorded preview as a block of Markdown, under the names that the documents use. */
export function preview(read: Read, name: string): string {
  return block(recorded(read, name));
}

/** Only what the provider says in these previews, without what Pulumi prints around it. */
export function previewLines(read: Read, ...names: string[]): string {
  const lines = names.flatMap((name) => recorded(read, name).split("\n"));
  const said = lines.filter((line) => line.startsWith("    ") && !/^ {4}[~+\d-]/.test(line));
  return block(said.map((line) => line.trim()).join("\n"));
}

function recorded(read: Read, name: string): string {
  const text = read(`${FOLDER}/${name}.txt`).trimEnd();
  return Object.entries(NAMES).reduce((renamed, [from, to]) => renamed.replaceAll(from, to), text);
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
