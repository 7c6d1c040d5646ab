import assert from "node:assert/strict";
import { textOf } from "./documents.js";

describe("docs/troubleshooting.md", () => {
  it("explains every kind of error, and no kind that does not exist", () => {
    const [, union = ""] = textOf("provider/errors.ts").split("export type ErrorKind =");
    const kinds = [...(union.split(";\n\n")[0] ?? "").matchAll(/^ {2}\| "(\w+)"/gm)].map(([, kind]) => kind);
    const rows = [...textOf("docs/troubleshooting.md").matchAll(/^\| ([A-Z]\w+) +\|/gm)].map(
      ([, kind]) => kind,
    );
    assert.ok(kinds.length > 5, "the kinds were found");
    assert.deepEqual(rows.sort(), kinds.sort());
  });
});
