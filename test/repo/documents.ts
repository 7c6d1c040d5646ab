import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { root } from "./run.js";

/** Every document of the repository, by its path from the top. */
export function documents(): string[] {
  const within = (folder: string) =>
    readdirSync(path.join(root, folder))
      .filter((file) => file.endsWith(".md"))
      .map((file) => path.join(folder, file));
  const examples = readdirSync(path.join(root, "examples")).map((example) => path.join("examples", example));
  return [".", "docs", ".github", ...examples].flatMap(within);
}

export function textOf(document: string): string {
  return readFileSync(path.join(root, document), "utf8");
}

/** A fenced block of a document, with the line it starts at. */
export interface Block {
  document: string;
  line: number;
  language: string;
  code: string;
}

/** Every fenced block, also one of more than three backticks. */
export function allBlocks(document: string): Block[] {
  const text = textOf(document);
  return [...text.matchAll(/^(`{3,})([^\n`]*)\n([^]*?)^\1$/gm)].map((match) => ({
    document,
    line: text.slice(0, match.index).split("\n").length,
    language: match[2] ?? "",
    code: match[3] ?? "",
  }));
}

/** The blocks of one language. */
export function blocks(document: string, language: string): Block[] {
  return allBlocks(document).filter((block) => block.language === language);
}
