import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, TestStack, type RecordedResource } from "./support/engine.js";
import {
  anotherSecond,
  creationTime,
  lab,
  snapshotsOf,
  snapshotXml,
  virsh,
  type Guest,
} from "./support/host.js";
import { SHAPES, type Shape } from "./support/shapes.js";

/**
 * States that released versions wrote, as `pulumi stack export` gives them: one file per version and shape, read by all
 * later versions. A {{name}} stands for what differs between hosts. RECORD_STATES=VERSION records the present states;
 * an existing file is never overwritten.
 */
const PLACE = join(__dirname, "../../../test/states");

const domains: Record<string, Guest> = {};

async function makeDomains(): Promise<void> {
  for (const [shape, { domain }] of Object.entries(SHAPES)) domains[shape] = await domain();
}

function domainOf(shape: string): Guest {
  const domain = domains[shape];
  assert.ok(domain, shape);
  return domain;
}

/** What a program declares for a shape, on its domain. */
function declared(shape: string): Shape {
  const { domain, ...rest } = SHAPES[shape] ?? assert.fail(shape);
  const text = JSON.stringify(rest)
    .replaceAll("{folder}", lab("LAB_DIR"))
    .replaceAll("{uuid}", domainOf(shape).uuid)
    .replaceAll("{uri}", lab("LIBVIRT_DEFAULT_URI"));
  return { ...(JSON.parse(text) as Omit<Shape, "domain">), domain };
}

/** Every shape, as `change` makes it. */
const program =
  (change: (shape: Shape) => Partial<SnapshotArgs> = () => ({})) =>
  () => {
    for (const name of Object.keys(SHAPES)) {
      const shape = declared(name);
      new Snapshot(name, { domain: domainOf(name).name, ...shape.args, ...change(shape) });
    }
    return {};
  };
const atFirst = ({ args }: Shape) => (args.revert === undefined ? {} : { revert: { triggers: ["first"] } });
const another = ({ args, internal = false }: Shape) =>
  internal ? { revert: { ...args.revert, triggers: ["another"] } } : {};

async function takeByHand(shape: string): Promise<void> {
  const { uuid } = domainOf(shape);
  const { flags, safety = false } = declared(shape);
  const take = (name: string, ...more: string[]) =>
    virsh("snapshot-create-as", `--domain=${uuid}`, `--name=${name}`, ...more);
  await take(shape, ...flags);
  if (!safety) return;
  // Identity needs different creation times.
  await anotherSecond();
  await take(`${shape}-before-revert-20260101T000000Z`);
  await virsh("snapshot-current", uuid, shape);
}

/** The texts that differ between hosts. */
async function particulars(shape: string, project: string): Promise<Record<string, string>> {
  const domain = domainOf(shape);
  const { name, uuid } = domain;
  const overlay = /<disk name='vda' snapshot='external'[^]*?<source file='([^']*)'/.exec(
    await snapshotXml(domain, shape),
  )?.[1];
  const taken = await creationTime(domain, shape);
  const safety = (await snapshotsOf(domain)).find((one) => one.includes("-before-revert-"));
  const safetyTaken = safety === undefined ? undefined : await creationTime(domain, safety);
  // A text that contains another one comes first.
  const all = {
    overlay,
    uri: lab("LIBVIRT_DEFAULT_URI"),
    folder: lab("LAB_DIR"),
    project,
    domain: name,
    uuid,
    taken,
    safety,
    safetyTaken,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** The resources of a state, with the fields that this test reads. */
interface Recorded extends Deployment {
  deployment: { resources: RecordedResource[] };
}

const isOf =
  (shape: string) =>
  ({ urn }: RecordedResource) =>
    urn.endsWith(`virsh:Snapshot::${shape}`);
const isSnapshot = ({ urn }: RecordedResource) => urn.includes("virsh:Snapshot::");

async function record(version: string): Promise<void> {
  const stack = await TestStack.open();
  await makeDomains();
  for (const shape of Object.keys(SHAPES)) if (declared(shape).args.adopt === true) await takeByHand(shape);
  for (const each of [program(atFirst), program()]) {
    const { ok, messages } = await stack.up(each);
    assert.ok(ok, messages.join("\n"));
  }
  const whole: Recorded = await stack.export();
  const there = await readdir(PLACE);
  for (const shape of Object.keys(SHAPES).filter((each) => !there.includes(`${version}-${each}.json`))) {
    const resources = whole.deployment.resources.filter((one) => !isSnapshot(one) || isOf(shape)(one));
    let text = JSON.stringify(
      { ...whole, deployment: { ...whole.deployment, resources } },
      withoutPositions,
      2,
    );
    for (const [name, value] of Object.entries(await particulars(shape, stack.project))) {
      text = text.replaceAll(value, `{{${name}}}`);
    }
    await writeFile(join(PLACE, `${version}-${shape}.json`), `${text}\n`, { flag: "wx" });
  }
  assert.equal((await stack.destroy()).ok, true);
  await stack.close();
}

/** The place in this program where a resource was declared says nothing about the state. */
function withoutPositions(key: string, value: unknown): unknown {
  return key === "sourcePosition" || key === "stackTrace" ? undefined : value;
}

/** One state with every shape that this version recorded. */
async function recalled(version: string, shapes: readonly string[], project: string): Promise<Recorded> {
  const states = await Promise.all(
    shapes.map(async (shape) => {
      let text = await readFile(join(PLACE, `${version}-${shape}.json`), "utf8");
      for (const [name, value] of Object.entries(await particulars(shape, project))) {
        text = text.replaceAll(`{{${name}}}`, value);
      }
      assert.doesNotMatch(text, /\{\{/);
      return JSON.parse(text) as Recorded;
    }),
  );
  const [first, ...others] = states;
  assert.ok(first);
  // One state has one provider.
  const provider = first.deployment.resources.find(isSnapshot)?.provider;
  const resources = others
    .flatMap(({ deployment }) => deployment.resources.filter(isSnapshot))
    .map((resource) => ({ ...resource, provider }));
  return {
    ...first,
    deployment: { ...first.deployment, resources: [...first.deployment.resources, ...resources] },
  };
}

describe("states from earlier versions", () => {
  const shapes = Object.keys(SHAPES);
  const recorded = new Map<string, string[]>();
  let stack: TestStack;

  before(async () => {
    const recording = process.env["RECORD_STATES"];
    if (recording !== undefined) await record(recording);
    for (const file of await readdir(PLACE)) {
      const [, version, shape = ""] = /^(\d+\.\d+\.\d+)-(.*)\.json$/.exec(file) ?? [];
      // The folder with the states of Domains, which has a test of its own.
      if (version === undefined) continue;
      recorded.set(version, [...(recorded.get(version) ?? []), shape]);
    }
    stack = await TestStack.open();
    await makeDomains();
  });
  after(() => stack.close());

  it("exist for each shape of snapshot", () => {
    assert.deepEqual(recorded.get("0.1.0")?.sort(), [...shapes].sort());
  });

  it("show no change in preview and refresh, and can be reverted to and destroyed", async () => {
    for (const [version, ofVersion] of recorded) {
      for (const shape of ofVersion) await takeByHand(shape);
      await stack.import(await recalled(version, ofVersion, stack.project));
      assertDone(await stack.preview(program()), []);
      assertDone(await stack.refresh(), []);
      assertDone(await stack.up(program()), []);
      const reverted = await stack.up(program(another));
      assert.deepEqual(
        [reverted.ok, reverted.steps.sort()],
        [
          true,
          shapes
            .filter((shape) => SHAPES[shape]?.internal)
            .map((shape) => `update ${shape}`)
            .sort(),
        ],
        reverted.messages.join("\n"),
      );
      const { ok, steps, messages } = await stack.destroy();
      assert.deepEqual(
        [ok, steps.sort(), messages],
        [true, ofVersion.map((shape) => `delete ${shape}`).sort(), []],
      );
      for (const shape of ofVersion) assert.deepEqual(await snapshotsOf(domainOf(shape)), []);
    }
  });
});
