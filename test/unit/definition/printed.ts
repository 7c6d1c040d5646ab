import { readFileSync } from "node:fs";
import * as path from "node:path";

const folder = path.resolve(__dirname, "../../../../test/corpus/definitions");

/** The libvirts that printed the definitions. */
export const VERSIONS = ["9.0.0", "11.3.0", "12.8.0"] as const;

/** Definitions as a person writes them. */
export const NAMES = ["rich", "bare"] as const;

export function written(name: (typeof NAMES)[number]): string {
  return readFileSync(path.join(folder, `${name}.xml`), "utf8");
}

/** What a libvirt made of it, as `dumpxml --inactive` prints it. */
export function printed(name: (typeof NAMES)[number], version: (typeof VERSIONS)[number]): string {
  return readFileSync(path.join(folder, version, `${name}.xml`), "utf8");
}
