import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { findGo, generateSdks, SDK_FOLDERS } from "../../tools/generate/sdks.js";
import { root } from "./run.js";

const schema = path.join(root, "provider/plugin/schema.json");

interface Spec {
  resources: Record<string, Resource>;
}

interface Resource {
  inputProperties: Record<string, { type?: string; $ref?: string }>;
  properties: object;
  required: string[];
}

/** Every property that a part of the schema describes, by its path. */
function propertiesIn(part: unknown, at: string): [path: string, property: { description?: string }][] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]: [string, unknown]) => {
    const here = `${at}/${key}`;
    const isTable = /^(properties|inputProperties|variables)$/.test(key);
    const own = isTable
      ? Object.entries(value as object).map(([name, spec]) => [`${here}/${name}`, spec] as [string, object])
      : [];
    return [...own, ...propertiesIn(value, here)];
  });
}

describe("the schema of the plugin", () => {
  it("describes every type, resource, function and property", () => {
    const spec = JSON.parse(readFileSync(schema, "utf8")) as Record<string, Record<string, object>>;
    const members = ["types", "resources", "functions"].flatMap((kind) => Object.entries(spec[kind] ?? {}));
    const properties = propertiesIn(spec, "");
    assert.ok(members.length > 20 && properties.length > 150, "they are found");
    const silent = [...members, ...properties].filter(
      ([, described]) => !/\w{2}/.test((described as { description?: string }).description ?? ""),
    );
    assert.deepEqual(
      silent.map(([name]) => name),
      [],
    );
  });

  it("has every output that a recorded state has, and requires none that a refresh does not give it", () => {
    const { resources } = JSON.parse(readFileSync(schema, "utf8")) as Spec;
    const { properties = {}, required = [] } = resources["virsh:index:Snapshot"] ?? {};
    const states = readdirSync(path.join(root, "test/states")).filter((file) => file.endsWith(".json"));
    const outputs = states.flatMap((file) => outputsOf(path.join(root, "test/states", file)));
    assert.ok(outputs.length > 10, "they are found");
    for (const each of outputs) {
      const undescribed = Object.keys(each).filter(
        (key) => !(key in properties) && !NOT_DESCRIBED.includes(key),
      );
      assert.deepEqual(undescribed, []);
      assert.deepEqual(
        required.filter((key) => !(key in each) && !READ_LATER.includes(key)),
        [],
      );
    }
  });
});

/** What the provider keeps for itself. */
const NOT_DESCRIBED = ["__provider", "schemaVersion"];

/** The first versions did not keep it; the next refresh adds it. */
const READ_LATER = ["consistency"];

/** The outputs of each snapshot in a state. */
function outputsOf(file: string): object[] {
  const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
    deployment: { resources: { type: string; outputs?: object }[] };
  };
  return deployment.resources
    .filter(({ type }) => type.endsWith("virsh:Snapshot"))
    .map(({ outputs = {} }) => outputs);
}

describe("the SDKs of other languages", () => {
  let folder: string;
  let go: string;

  before(function () {
    const found = findGo();
    if (found === undefined) {
      process.stderr.write("Go is not installed: the SDKs that Pulumi's generators make are not tested\n");
      this.skip();
    }
    go = found;
    folder = mkdtempSync(path.join(tmpdir(), "virsh-sdks-"));
  });

  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  it("are what Pulumi's generators make of the schema, which they bind without a warning", () => {
    generateSdks(go, schema, { python: path.join(folder, "python"), go: path.join(folder, "go") });
    for (const [language, committed] of Object.entries(SDK_FOLDERS)) {
      const [made, kept] = [filesIn(path.join(folder, language)), filesIn(path.join(root, committed))];
      const different = [...new Set([...made.keys(), ...kept.keys()])].filter(
        (file) => made.get(file) !== kept.get(file),
      );
      assert.deepEqual(different, [], `run npm run generate: ${committed} is not what the schema gives`);
    }
  }).timeout(300_000);

  const wrongs: [what: string, change: (spec: Spec) => void, says: RegExp][] = [
    [
      "a reference to a type that it does not have",
      ({ resources }) => {
        for (const { inputProperties } of Object.values(resources))
          inputProperties["domain"] = { $ref: "#/types/virsh:index:Missing" };
      },
      /type virsh:index:Missing not found/,
    ],
    [
      "a type that the metaschema does not know",
      ({ resources }) => {
        for (const { inputProperties } of Object.values(resources))
          inputProperties["domain"] = { type: "text" };
      },
      /value must be one of/,
    ],
    [
      "a member that Pulumi does not know",
      ({ resources }) => Object.values(resources).forEach((each) => Object.assign(each, { listable: true })),
      /unknown field "listable"/,
    ],
  ];
  for (const [what, change, says] of wrongs) {
    it(`cannot be made of a schema with ${what}`, () => {
      const spec = JSON.parse(readFileSync(schema, "utf8")) as Spec;
      change(spec);
      const file = path.join(folder, "schema.json");
      writeFileSync(file, JSON.stringify(spec));
      assert.throws(() => generateSdks(go, file, {}), says);
    }).timeout(300_000);
  }
});

/** What makes a Go module of the generated package is written by hand. */
const BY_HAND = ["go.mod", "go.sum"];

/** The text of every file of an SDK, by its path. What Python leaves beside them is not a part of it. */
function filesIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !BY_HAND.includes(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes("__pycache__"));
  return new Map(files.map((file) => [path.relative(folder, file), readFileSync(file, "utf8")]));
}
