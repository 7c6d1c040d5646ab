import { readFileSync, writeFileSync } from "node:fs";
import { generated } from "./files.js";

/** Writes every generated file, in the folder of the repository. */
export async function writeGenerated(): Promise<void> {
  for (const [file, text] of await generated((name) => readFileSync(name, "utf8"))) writeFileSync(file, text);
}
