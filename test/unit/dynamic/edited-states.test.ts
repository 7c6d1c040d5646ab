import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import fc from "fast-check";
import { DynamicProvider } from "../../../provider/dynamic/handler.js";
import { VirshError } from "../../../provider/errors.js";

/**
 * States that someone edited: those that released versions wrote, with fields removed or of another type. They are given
 * to the provider as Pulumi's dynamic host does it, with a virsh that notes whether it is called.
 */

const PLACE = join(__dirname, "../../../../test/states");
const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const TIMES = { taken: "2026-11-24T22:36:39Z", safetyTaken: "2026-11-24T22:36:38Z" };
const TEXTS = {
  uuid: UUID,
  domain: "debian12",
  uri: "qemu:///system",
  folder: "/lab",
  overlay: "/lab/o",
  safety: "s",
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface Recorded {
  id: string;
  inputs: Record<string, Json>;
  outputs: Record<string, Json>;
}

function recorded(file: string): Recorded {
  const text = Object.entries({ ...TIMES, ...TEXTS }).reduce(
    (all, [name, value]) => all.replaceAll(`{{${name}}}`, value),
    readFileSync(join(PLACE, file), "utf8"),
  );
  const { deployment } = JSON.parse(text) as { deployment: { resources: (Recorded & { type: string })[] } };
  return deployment.resources.find(({ type }) => type.endsWith("virsh:Snapshot")) ?? assert.fail(file);
}

const STATES = readdirSync(PLACE)
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({ file, ...recorded(file) }));

/** Values of every type. */
const VALUES: Json[] = [null, true, 7, "seven", [], [[]], {}, { a: { b: [] } }];

/** Fields that may be missing by themselves: those that have a default, and those that not every snapshot has. */
const OPTIONAL =
  /^(?:__provider|host|parent|consistency|lastRevert|safetySnapshots|uri|description|diskOnly|memory|disks|quiesce|atomic|live|halt|reuseExternal|validate|adopt|revert|deleteScope|timeoutSeconds)$/;

function kindOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

describe("a state that was edited", () => {
  const saved = { path: process.env["PATH"], argv: process.argv, log: console.log };
  let folder: string;
  let provider: DynamicProvider;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "edited-states-"));
    writeFileSync(
      join(folder, "virsh"),
      `#!/bin/sh\necho "$*" >>'${folder}/calls'\necho 'error: failed to connect to the hypervisor' >&2\nexit 1\n`,
    );
    chmodSync(join(folder, "virsh"), 0o700);
    process.env["PATH"] = [folder, saved.path].join(delimiter);
    // No engine listens there.
    process.argv = [...saved.argv, "127.0.0.1:1"];
    console.log = () => undefined;
    provider = new DynamicProvider();
  });
  after(() => {
    process.env["PATH"] = saved.path;
    process.argv = saved.argv;
    console.log = saved.log;
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => rmSync(join(folder, "calls"), { force: true }));

  const calls = () => (existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "");
  type Operations = Record<string, () => Promise<unknown>>;
  const operations = ({ id, inputs }: Recorded, outputs: Record<string, Json>): Operations => ({
    diff: () => provider.diff(id, outputs, { ...inputs, description: "edited" }),
    read: () => provider.read(id, outputs),
    update: () => provider.update(id, outputs, { ...inputs, description: "edited" }),
    revert: () => provider.update(id, outputs, { ...inputs, revert: { triggers: ["edited"] } }),
    delete: () => provider.delete(id, outputs),
  });

  async function isRefused(state: Recorded, outputs: Record<string, Json>, what: string): Promise<void> {
    for (const [name, operation] of Object.entries(operations(state, outputs))) {
      await assert.rejects(
        operation,
        (error) =>
          error instanceof VirshError &&
          error.unchanged &&
          /^Unable to read the state of snapshot .*: its (?:field \S+ is|domainUuid and name are) /.test(
            error.message,
          ),
        `${name} of a state ${what}`,
      );
    }
    assert.equal(calls(), "", what);
  }

  for (const state of STATES) {
    const fields = Object.entries(state.outputs).filter(([field]) => field !== "__provider");

    it(`is not one as it was recorded: ${state.file}`, async () => {
      const { changes } = await provider.diff(state.id, state.outputs, state.inputs);
      assert.equal(changes, false);
    });

    it(`is refused before anything is asked, without a field: ${state.file}`, async () => {
      for (const [field] of fields.filter(([name]) => !OPTIONAL.test(name))) {
        const { [field]: _removed, ...outputs } = state.outputs;
        await isRefused(state, outputs, `without ${field}`);
      }
    });

    it(`is refused before anything is asked, with a field of another type: ${state.file}`, async () => {
      for (const [field, value] of fields) {
        for (const other of VALUES.filter((each) => kindOf(each) !== kindOf(value))) {
          await isRefused(
            state,
            { ...state.outputs, [field]: other },
            `whose ${field} is ${JSON.stringify(other)}`,
          );
        }
      }
    });
  }

  /** A state with something replaced or removed at any depth. */
  const edited = fc
    .tuple(
      fc.constantFrom(...STATES),
      fc.array(fc.tuple(fc.nat(), fc.option(fc.constantFrom(...VALUES), { nil: undefined })), {
        minLength: 1,
        maxLength: 3,
      }),
    )
    .map(([state, edits]) => {
      const outputs = structuredClone(state.outputs);
      for (const [choice, value] of edits) {
        const places = placesIn(outputs);
        const [parent, key] = places[choice % places.length] ?? assert.fail();
        if (value === undefined) Reflect.deleteProperty(parent, key);
        // A copy: a later edit within it must not change it elsewhere, or make it hold itself.
        else Reflect.set(parent, key, structuredClone(value));
      }
      return { state, outputs };
    });

  it("never leads to anything but an error of this package, or a change of the host", async function () {
    this.timeout(60_000);
    const CHANGES = /snapshot-(?:create|delete|revert)|destroy|resume|define|domfsthaw/;
    await fc.assert(
      fc.asyncProperty(edited, async ({ state, outputs }) => {
        for (const operation of Object.values(operations(state, outputs))) {
          await operation().catch((error: unknown) => assert.ok(error instanceof VirshError, String(error)));
        }
        assert.doesNotMatch(calls(), CHANGES);
      }),
      { numRuns: 60 },
    );
  });
});

/** Every place of a value within another, at any depth. */
function placesIn(value: Json): [parent: object, key: string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [value, key] as [object, string],
    ...placesIn(inner),
  ]);
}
