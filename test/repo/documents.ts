import { readFileSync } from "node:fs";
import * as path from "node:path";
import { root } from "./run.js";

export function textOf(document: string): string {
  return readFileSync(path.join(root, document), "utf8");
}

/** The fenced blocks of one language, with the line they start at. */
export function blocks(document: string, language: string): { line: number; code: string }[] {
  const text = textOf(document);
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    code: match[1] ?? "",
  }));
}
