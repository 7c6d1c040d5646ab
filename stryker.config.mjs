/**
 * `npm run mutation`: the changes to the pure folders that no unit test notices. `npm run mutation -- --mutate FILE` takes
 * one file, and runs the tests of its folder alone. The tests run as a command: Stryker's runner for mocha does not know
 * mocha 12.
 */

/** Pure code, and its tests. The first test that fails decides, so the slow ones come last. */
const folders = {
  "provider/capabilities/": ["capabilities/**/*"],
  "provider/schema/": ["schema/**/*", "snapshot/check*", "functions/check"],
  "provider/snapshot/*/decide": ["snapshot/*/decide"],
  "provider/xml/": ["xml/**/*"],
};

const pattern = (folder) => new RegExp(folder.replaceAll("*", "[^/]*"));
const asked = process.argv.slice(2).join(" ");
const named = Object.entries(folders).filter(([folder]) => pattern(folder).test(asked));
const tests = (named.length > 0 ? named : Object.entries(folders)).flatMap(([, tests]) => tests);

export default {
  mutate: Object.keys(folders).map((folder) => (folder.endsWith("/") ? `${folder}**/*.ts` : `${folder}.ts`)),
  // A mutant need not have the right types.
  buildCommand: "tsc --noCheck",
  testRunner: "command",
  commandRunner: {
    command: `mocha --no-config --no-package --reporter dot --timeout 20000 --bail ${tests.map((name) => `'dist/test/unit/${name}.test.js'`).join(" ")}`,
  },
  ignorePatterns: ["dist", "docs"],
  tempDirName: "node_modules/.cache/stryker",
  reporters: ["clear-text"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
