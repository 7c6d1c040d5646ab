import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The package's own folder, from where this file is once compiled. */
const PACKAGE = join(__dirname, "../../..");

/** The schema, as `npm run generate` makes it. */
export function readSchema(): Promise<string> {
  return readFile(join(PACKAGE, "provider/plugin/schema.json"), "utf8");
}

/** The version of the package, and so of the plugin. */
export async function readVersion(): Promise<string> {
  const text = await readFile(join(PACKAGE, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
