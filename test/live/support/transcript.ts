import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lab } from "./host.js";

const FOLDER = join(__dirname, "../../../../test/golden/previews");

/**
 * What a preview printed below its rows, which come in any order and repeat it; with fixed words for what differs
 * between runs.
 */
function masked(printed: string): string {
  const told = inOrder(printed.slice(printed.search(/^(?:Diagnostics|Resources):$/m)));
  return (
    told
      .replaceAll(/\bstack-\w{6}\b/g, "project")
      .replaceAll(/\bguest-\d+-\d+\b/g, "debian12")
      .replaceAll(new RegExp(`${lab("LAB_DIR")}/[0-9a-f-]{36}-(\\d)\\.`, "g"), "/images/disk$1.")
      .replaceAll(lab("LAB_DIR"), "/images")
      .replaceAll(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "2027-01-15T08:00:01Z")
      // Any other domains in the laboratory.
      .replaceAll(/(?<=It lists ).*(?=\. Check domain)/g, '"agent12", "debian12"')
      .replaceAll(/[ \t]+$/gm, "")
  );
}

/** The diagnostics of several resources come in any order. */
function inOrder(told: string): string {
  const [heading = "", ...about] = told.split(/^(?= {2}\S.*:$)/m);
  const [last = "", ...rest] = (about.pop() ?? "").split(/^(?=Resources:$)/m);
  return [heading, ...[...about, last].sort(), ...rest].join("");
}

/** Asserts that a preview printed what is recorded under `name`; UPDATE_GOLDEN=1 records it. */
export function assertPrinted(name: string, printed: string): void {
  const file = join(FOLDER, `${name}.txt`);
  const text = masked(printed);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(existsSync(file), `${file} is missing`);
  assert.equal(text, readFileSync(file, "utf8"));
}
