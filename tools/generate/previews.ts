const FOLDER = "test/golden/previews";

type Read = (file: string) => string;

/** How a document calls the domain and the snapshot of the recorded previews. */
export interface Names {
  domain?: string;
  snapshot?: string;
}

/** A recorded preview as a block of Markdown, under the names of the quick start. */
export function preview(read: Read, name: string): string {
  return block(recorded(read, name, {}));
}

/** Only what the provider says in these previews, without what Pulumi prints around it. */
export function previewLines(read: Read, recordings: string[], names: Names = {}): string {
  return block(recordings.flatMap((name) => saidIn(recorded(read, name, names))).join("\n"));
}

/** What the provider says of each of these domains, in one preview. */
export function previewOfDomains(read: Read, name: string, domains: string[], names: Names = {}): string {
  return block(domains.flatMap((domain) => saidIn(recorded(read, name, { ...names, domain }))).join("\n"));
}

function saidIn(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.startsWith("    ") && !/^ {4}[~+\d-]/.test(line));
  return lines.map((line) => line.trim());
}

function recorded(read: Read, name: string, names: Names): string {
  const { domain = "debian12", snapshot = "before-upgrade" } = names;
  return read(`${FOLDER}/${name}.txt`)
    .trimEnd()
    .replaceAll("project-test", "quick-start-dev")
    .replaceAll("debian12", domain)
    .replaceAll('"a"', JSON.stringify(snapshot));
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
