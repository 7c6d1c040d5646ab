/**
 * `npm run mutation`: which changes to the pure folders no unit test notices. `npm run mutation -- --mutate FILE` takes
 * one file. Stryker's own runner for mocha does not know mocha 12.
 */
const tests = ["capabilities/**/*", "schema/**/*", "snapshot/*/decide", "xml/**/*"];

export default {
  mutate: [
    "provider/capabilities/**/*.ts",
    "provider/schema/**/*.ts",
    "provider/snapshot/*/decide.ts",
    "provider/xml/**/*.ts",
  ],
  // A mutant need not have the right types.
  buildCommand: "tsc --noCheck",
  testRunner: "command",
  commandRunner: {
    // The first test that fails decides, so the slowest ones come last.
    command: `mocha --no-config --no-package --reporter dot --timeout 20000 --bail ${tests.map((name) => `'dist/test/unit/${name}.test.js'`).join(" ")}`,
  },
  ignorePatterns: ["dist", "docs"],
  tempDirName: "node_modules/.cache/stryker",
  reporters: ["clear-text"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
