import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import { Domain, type DomainArgs } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { assertDone, succeed, TestStack } from "./support/engine.js";
import { lab, virsh } from "./support/host.js";

/**
 * States with Domains that released versions wrote, as `pulumi stack export` gives them: one file per version, read by
 * all later versions. A {{name}} stands for what differs between hosts. RECORD_STATES=VERSION records the present one;
 * an existing file is never overwritten.
 */
const PLACE = join(__dirname, "../../../test/states/domain");

/** The inputs of the recorded Domains, without the XML. */
const SHAPES = {
  defaults: {},
  every: {
    uri: "{{uri}}",
    running: false,
    autostart: true,
    adopt: true,
    shutdownTimeoutSeconds: 0,
  },
} satisfies Record<string, Omit<DomainArgs, "xml">>;

type Shape = keyof typeof SHAPES;
const shapes = Object.keys(SHAPES) as Shape[];

describe("states with a Domain from earlier versions", () => {
  const disks = new Map<Shape, Disk>();
  let stack: TestStack;

  const domainOf = (shape: Shape) => `${shape}-${process.pid}`;
  const diskOf = (shape: Shape) => disks.get(shape) ?? assert.fail(shape);
  const xmlOf = (shape: Shape, title?: string) =>
    diskOf(shape).xml(domainOf(shape), title === undefined ? {} : { title });

  const program = (title?: string) => () => {
    for (const shape of shapes) {
      const args: Omit<DomainArgs, "xml"> = SHAPES[shape];
      const uri = args.uri === undefined ? {} : { uri: lab("LIBVIRT_DEFAULT_URI") };
      new Domain(shape, { ...args, ...uri, xml: xmlOf(shape, title) });
    }
    return {};
  };

  /** The texts that a recorded state has as {{name}}. A text that contains another one comes first. */
  async function particulars(): Promise<[name: string, value: string][]> {
    const all: [string, string][] = [
      ["uri", lab("LIBVIRT_DEFAULT_URI")],
      ["project", stack.project],
    ];
    for (const shape of shapes) {
      all.push(
        [`${shape}.disk`, diskOf(shape).file],
        [`${shape}.domain`, domainOf(shape)],
        [`${shape}.uuid`, await virsh("domuuid", domainOf(shape))],
        [`${shape}.digest`, createHash("sha256").update(xmlOf(shape)).digest("hex")],
      );
    }
    return [...all, ["folder", lab("LAB_DIR")]];
  }

  async function record(version: string): Promise<void> {
    await succeed(stack.up(program()));
    let text = JSON.stringify(await stack.export(), withoutPositions, 2);
    for (const [name, value] of await particulars()) text = text.replaceAll(value, `{{${name}}}`);
    await writeFile(join(PLACE, `${version}.json`), `${text}\n`, { flag: "wx" });
    await succeed(stack.destroy());
  }

  before(async () => {
    for (const shape of shapes) disks.set(shape, await Disk.make());
    stack = await TestStack.open();
    const recording = process.env["RECORD_STATES"];
    if (recording !== undefined) await record(recording);
  });
  after(async () => {
    for (const disk of disks.values()) await disk.close();
    await stack.close();
  });

  it("show no difference in preview, refresh and up, and can be updated and destroyed", async () => {
    const files = await readdir(PLACE);
    assert.ok(files.includes("0.1.0.json"));
    for (const file of files) {
      for (const shape of shapes) await diskOf(shape).define(domainOf(shape));
      await virsh("start", domainOf("defaults"));
      let text = await readFile(join(PLACE, file), "utf8");
      for (const [name, value] of await particulars()) text = text.replaceAll(`{{${name}}}`, value);
      assert.doesNotMatch(text, /\{\{/);
      await stack.import(JSON.parse(text) as Deployment);

      assertDone(await stack.preview(program()), []);
      assertDone(await stack.refresh(), []);
      assertDone(await stack.up(program()), []);
      const { steps } = await succeed(stack.up(program("changed")));
      assert.deepEqual(steps.sort(), ["update defaults", "update every"]);
      for (const shape of shapes) {
        assert.match(await virsh("dumpxml", "--inactive", domainOf(shape)), /<title>changed<\/title>/);
      }
      // The guest of "defaults" does not react to a shutdown, so that one takes its whole time limit.
      await virsh("destroy", domainOf("defaults"));
      await succeed(stack.destroy());
      const left = (await virsh("list", "--all", "--name")).split("\n");
      assert.deepEqual(
        shapes.map(domainOf).filter((name) => left.includes(name)),
        [],
      );
    }
  });
});

/** The place in this program where a resource was declared says nothing about the state. */
function withoutPositions(key: string, value: unknown): unknown {
  return key === "sourcePosition" || key === "stackTrace" ? undefined : value;
}
