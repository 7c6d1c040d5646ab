import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./example.js";

/** The lines that the README of an example shows as printed, without the blank ones. */
export function shownLines(example: string): string[] {
  const text = readFileSync(join(ROOT, "examples", example, "README.md"), "utf8");
  const blocks = [...text.matchAll(/^```text\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks.flatMap((block) => block.split("\n")).filter((line) => line.trim() !== "");
}

/**
 * Asserts that the engine printed each line, apart from times, UUIDs and indentation. A line may end early, with `…`.
 * `names`: real and shown ones.
 */
export function assertAllPrinted(
  lines: readonly string[],
  printed: string,
  names: readonly (readonly [real: string, shown: string])[],
): void {
  const text = names.reduce((done, [real, shown]) => done.replaceAll(real, shown), printed);
  const known = text.split("\n").map(masked);
  const isThere = (line: string) =>
    line.endsWith("…") ? known.some((each) => each.startsWith(line.slice(0, -1))) : known.includes(line);
  const missing = lines.filter((line) => !isThere(masked(line)));
  assert.deepEqual(missing, [], text);
}

function masked(line: string): string {
  return (
    line
      .replaceAll(/\(\d[\d.]*s\)/g, "(TIME)")
      .replaceAll(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "DATE")
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "UUID")
      .replace(/^Duration: .*/, "Duration: TIME")
      // A guest that is off loses no memory; the READMEs show one that runs.
      .replace(/everything since then[ ,].*/, "everything since then is discarded.")
      .replaceAll(/\s+/g, " ")
      .trim()
  );
}
