import { join } from "node:path";
import { SetupError } from "./setup/progress.mjs";
import { node, root } from "./setup/project.mjs";

const USAGE = `usage: npm run demo | npm test | npm run bench | npm run load | npm run lab -- COMMAND …
npm test -- --unit [MOCHA OPTION …]        the tests that need no laboratory, in less than a minute
npm test -- [--libvirt trixie | sid] [FILE.test.js …] [MOCHA OPTION …]
npm run lab -- [--libvirt trixie | sid] [--] [COMMAND …]`;

const EVERY_TEST = "dist/test/**/*.test.js";

const mocha = [node, join(root, "node_modules/mocha/bin/mocha.js")];

/** Tests that need neither a laboratory nor more than a few seconds; those left out take as long as all others together. */
const UNIT_TESTS = [
  "--parallel",
  ...["lint", "consumers"].flatMap((name) => ["--ignore", `dist/test/repo/${name}.test.js`]),
  "dist/test/unit/**/*.test.js",
  "dist/test/repo/**/*.test.js",
];

/**
 * What is asked for. `release`: the Debian release to take libvirt from, if not the machine's own; `everywhere`: all
 * tests, on every libvirt; `unit`: the command needs no laboratory.
 * @typedef {{ verb: string, release: string | undefined, everywhere: boolean, unit: boolean, command: readonly string[] }} Request
 */

/** @param {readonly string[]} args @returns {Request} */
export function requestOf([verb = "", ...args]) {
  const words = withoutDashes(args);
  if (verb === "test" && words[0] === "--unit") {
    const command = [...mocha, ...UNIT_TESTS, ...words.slice(1)];
    return { verb, release: undefined, everywhere: false, unit: true, command };
  }
  const release = words[0] === "--libvirt" ? (words[1] ?? "") : undefined;
  const given = withoutDashes(release === undefined ? words : words.slice(2));
  const everywhere = verb === "test" && words.length === 0;
  return { verb, release, everywhere, unit: false, command: commandOf(verb, given) };
}

/** npm leaves the `--` that ends its own options in some places. @param {readonly string[]} words */
function withoutDashes(words) {
  return words[0] === "--" ? words.slice(1) : words;
}

/** @param {string} verb @param {readonly string[]} given @returns {readonly string[]} */
function commandOf(verb, given) {
  switch (verb) {
    case "demo":
      return [node, join(root, "dist/tools/demo/main.js"), ...given];
    case "bench":
      return [node, join(root, "dist/tools/bench/main.js"), ...given];
    case "load":
      return [node, join(root, "dist/tools/load/main.js"), ...given];
    case "test":
      return [...mocha, ...(given.some((word) => word.endsWith(".test.js")) ? [] : [EVERY_TEST]), ...given];
    case "lab":
      return given.length > 0 ? given : [process.env["SHELL"] || "/bin/sh"];
    default:
      throw new SetupError(USAGE);
  }
}
