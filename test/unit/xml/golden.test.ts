import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { parseDomain } from "../../../provider/xml/domain.js";
import { parseSnapshot } from "../../../provider/xml/snapshot.js";
import { corpus } from "./corpus.js";

describe("XML as libvirt prints it (UPDATE_GOLDEN=1 records what is parsed)", () => {
  for (const { name, kind, xml, golden } of corpus) {
    it(`${name} is read as recorded`, async () => {
      const facts: unknown = kind === "snapshot" ? parseSnapshot(xml) : parseDomain(xml);
      if (process.env["UPDATE_GOLDEN"] === "1") {
        writeFileSync(golden, await format(JSON.stringify(facts), { parser: "json", printWidth: 110 }));
      }
      assert.ok(existsSync(golden), `${golden} is missing`);
      assert.deepEqual(facts, JSON.parse(readFileSync(golden, "utf8")));
    });
  }

  it("comes from libvirt 9, 11 and 12, domains as well as snapshots", () => {
    const kinds = new Set(corpus.map(({ version, kind }) => `${version.replace(/\..*/, "")} ${kind}`));
    const expected = ["9", "11", "12"].flatMap((major) => [`${major} domain`, `${major} snapshot`]);
    assert.deepEqual([...kinds].sort(), expected.sort());
  });
});
