import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { Snapshot, type SnapshotArgs } from "../../sdk/index.js";
import { assertDone, TestStack, type RecordedResource } from "./support/engine.js";
import { creationTime, guest, lab, snapshotsOf, snapshotXml, virsh, type Guest } from "./support/host.js";

/**
 * States that released versions wrote, as `pulumi stack export` gives them: one file a version and shape, read by all
 * later versions. What differs from host to host stands there as {{name}}. RECORD_STATES=VERSION records the present
 * one; files that are there are never written again.
 */
const PLACE = join(__dirname, "../../../test/states");

interface Shape {
  args: Omit<SnapshotArgs, "domain">;
  domain: () => Promise<Guest>;
  /** How virsh takes such a snapshot. */
  flags: string[];
}

const DESCRIPTION = "antes de la actualización";
const debian12 = async () => ({ name: lab("LAB_DOMAIN"), uuid: await virsh("domuuid", lab("LAB_DOMAIN")) });

const SHAPES: Record<string, Shape> = {
  "internal-memory": {
    args: { description: DESCRIPTION, atomic: true, timeoutSeconds: 300 },
    domain: debian12,
    flags: [`--description=${DESCRIPTION}`],
  },
  "internal-off": { args: {}, domain: () => guest("--off"), flags: [] },
  "external-disk-only": { args: { diskOnly: true }, domain: () => guest(), flags: ["--disk-only"] },
  reverted: { args: { revert: { triggers: ["again", 2] } }, domain: () => guest("--off"), flags: [] },
};

const domains: Record<string, Guest> = {};

async function makeDomains(): Promise<void> {
  for (const [shape, { domain }] of Object.entries(SHAPES)) domains[shape] = await domain();
}

function domainOf(shape: string): Guest {
  const domain = domains[shape];
  assert.ok(domain, shape);
  return domain;
}

const program =
  (change: Partial<SnapshotArgs> = {}) =>
  () => {
    for (const [shape, { args }] of Object.entries(SHAPES)) {
      const { name: domain } = domainOf(shape);
      new Snapshot(shape, { domain, ...args, ...(args.revert === undefined ? {} : change) });
    }
    return {};
  };

/** The texts that differ from host to host. */
async function particulars(shape: string, project: string): Promise<Record<string, string>> {
  const { name, uuid } = domainOf(shape);
  const overlay = /<disk name='vda' snapshot='external'[^]*?<source file='([^']*)'/.exec(
    await snapshotXml(domainOf(shape), shape),
  )?.[1];
  const taken = await creationTime(domainOf(shape), shape);
  // The overlay's path holds the UUID, so it goes first.
  return { ...(overlay === undefined ? {} : { overlay }), project, domain: name, uuid, taken };
}

/** The resources of a state, as far as this test looks into them. */
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
  assert.equal((await stack.up(program({ revert: { triggers: ["first"] } }))).ok, true);
  assert.equal((await stack.up(program())).ok, true);
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

/** Where in this program a resource was declared tells nothing. */
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
  const resources = others.flatMap(({ deployment }) => deployment.resources.filter(isSnapshot));
  return {
    ...first,
    deployment: { ...first.deployment, resources: [...first.deployment.resources, ...resources] },
  };
}

describe("states that earlier versions wrote", () => {
  const shapes = Object.keys(SHAPES);
  const recorded = new Map<string, string[]>();
  let stack: TestStack;

  before(async () => {
    const recording = process.env["RECORD_STATES"];
    if (recording !== undefined) await record(recording);
    for (const file of await readdir(PLACE)) {
      const [, version = "", shape = ""] = /^(\d+\.\d+\.\d+)-(.*)\.json$/.exec(file) ?? [];
      recorded.set(version, [...(recorded.get(version) ?? []), shape]);
    }
    stack = await TestStack.open();
    await makeDomains();
  });
  after(() => stack.close());

  it("are kept of each shape of snapshot that there is", () => {
    assert.deepEqual(recorded.get("0.1.0")?.sort(), [...shapes].sort());
  });

  it("show no change, neither in a preview nor in a refresh, and serve to destroy", async () => {
    for (const [version, ofVersion] of recorded) {
      for (const shape of ofVersion) {
        const flags = SHAPES[shape]?.flags ?? [];
        await virsh("snapshot-create-as", `--domain=${domainOf(shape).uuid}`, `--name=${shape}`, ...flags);
      }
      await stack.import(await recalled(version, ofVersion, stack.project));
      assertDone(await stack.preview(program()), []);
      assertDone(await stack.refresh(), []);
      assertDone(await stack.up(program()), []);
      const { ok, steps, messages } = await stack.destroy();
      assert.deepEqual(
        [ok, steps.sort(), messages],
        [true, ofVersion.map((shape) => `delete ${shape}`).sort(), []],
      );
      for (const shape of ofVersion) assert.deepEqual(await snapshotsOf(domainOf(shape)), []);
    }
  });
});
