import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { Domain } from "../../sdk/index.js";
import { domainCases, FIRST, type Declared, type DomainCase, type Vm } from "../behaviour/domain-cases.js";
import { Disk } from "./support/definition.js";
import { TestStack, type Run, type Told } from "./support/engine.js";
import { diskOf, virsh } from "./support/host.js";

/** A row of the table, and the domain that it is tried on. */
class Scene {
  readonly name: string;
  readonly resource: string;
  uuid = "";

  constructor(
    readonly row: DomainCase,
    readonly disk: Disk,
    index: number,
  ) {
    this.name = `case-${process.pid}-${index}`;
    this.resource = `vm${index}`;
  }

  get isNew(): boolean {
    return "before" in this.row && this.row.before === undefined;
  }

  declare(declared: Declared = {}): void {
    const { name, title, running, adopt, disk } = { ...FIRST, ...declared };
    const xml = this.disk.xml(this.words(name), { title });
    const onDisk = disk === undefined ? xml : xml.replace(this.disk.file, disk);
    new Domain(this.resource, { xml: onDisk, running, adopt, shutdownTimeoutSeconds: 0 });
  }

  async act(): Promise<void> {
    if (this.isNew) await this.disk.define(this.name, { title: "theirs" });
    this.uuid = await virsh("domuuid", this.name);
    await this.row.acts?.(this.vm());
  }

  private vm(): Vm {
    const { name, uuid, disk } = this;
    const edit = async (change: (xml: string) => string) => {
      const file = `${disk.file}.edited.xml`;
      await writeFile(file, change(await virsh("dumpxml", "--inactive", uuid)));
      await virsh("define", file);
      await rm(file);
    };
    return { name, uuid, virsh, edit };
  }

  words(text: string): string {
    const image = this.disk.file.replace(/\.qcow2$/, "");
    return text.replaceAll("NAME", this.name).replaceAll("UUID", this.uuid).replaceAll("DISK", image);
  }

  /** What the host has now, as far as the row says something about it. */
  async host(): Promise<DomainCase["host"]> {
    const { uuid } = this;
    const listed = await virsh("list", "--all", "--uuid");
    if (!listed.includes(uuid)) return undefined;
    const { name, disk } = this.row.host ?? {};
    return {
      ...(name === undefined ? {} : { name: await virsh("domname", uuid) }),
      title: /<title>(.*)<\/title>/.exec(await virsh("dumpxml", "--inactive", uuid))?.[1] ?? "none",
      state: await virsh("domstate", uuid),
      ...(disk === undefined ? {} : { disk: await diskOf({ name: this.name, uuid }) }),
    };
  }

  expectedHost(): DomainCase["host"] {
    const { host } = this.row;
    if (host === undefined) return undefined;
    const { name, disk, ...rest } = host;
    return {
      ...(name === undefined ? {} : { name: this.words(name) }),
      ...rest,
      ...(disk === undefined ? {} : { disk: this.words(disk) }),
    };
  }
}

describe("what a Domain does when someone else acts on the host", () => {
  let stack: TestStack;
  const scenes: Scene[] = [];
  /** What was said about each resource, and done to it. */
  let previewed: Told;
  let done: Told;
  let destroyed: Told | undefined;

  const told = async (run: Promise<Run>): Promise<Told> => ({ ...(await run), about: stack.about });
  const program = (declared: (scene: Scene) => Declared | undefined) => () => {
    for (const scene of scenes) if (scene.uuid !== "" || !scene.isNew) scene.declare(declared(scene));
    return {};
  };
  /** What the rows of the one program have declared before `up`. */
  const given = ({ row }: Scene) => (row.inPreview ? row.before : (row.declares ?? row.before));

  before(async () => {
    stack = await TestStack.open();
    for (const [index, row] of domainCases.entries()) scenes.push(new Scene(row, await Disk.make(), index));
    assertUp(await stack.up(program(({ row }) => row.snapshotOf ?? row.before)));
    for (const { row, name } of scenes) if (row.snapshotOf) await virsh("snapshot-create-as", name, "theirs");
    assertUp(await stack.up(program(({ row }) => row.before)));
    const later = scenes.filter(({ row }) => row.inPreview === true || row.declares === undefined);
    for (const scene of scenes) if (!later.includes(scene)) await scene.act();
    previewed = await told(stack.preview(program(given)));
    done = await told(stack.upAsFarAsPossible(program(given)));
    for (const scene of later) await scene.act();
  });

  after(async () => {
    for (const { uuid } of scenes) {
      await virsh("destroy", uuid).catch(() => undefined);
      await virsh("undefine", uuid, "--managed-save", "--snapshots-metadata").catch(() => undefined);
    }
    await stack.close();
    for (const { disk } of scenes) await disk.close();
  });

  function assertDid(run: Told, scene: Scene): void {
    const { resource, row } = scene;
    const own = run.steps.filter((step) => step.endsWith(` ${resource}`)).map((step) => step.split(" ")[0]);
    if (row.does === "nothing") assert.deepEqual(own, []);
    else if (row.does !== "fails")
      assert.ok(own.every((verb) => verb === row.does) && own.length > 0, own.join());
    const said = (run.about[resource] ?? []).join("\n");
    if (row.error !== undefined) assert.ok(said.includes(scene.words(row.error)), said);
  }

  for (const [index, row] of domainCases.entries()) {
    const { someone, declares, does, inPreview } = row;
    const scene = () => scenes[index] ?? assert.fail();
    const isDestroyed = declares === undefined;
    const then = isDestroyed
      ? "the program is destroyed"
      : `the program declares ${JSON.stringify(declares)}`;
    it(`someone ${someone}, and ${then}: ${does}`, async () => {
      const own = scene();
      if (inPreview === true) {
        const alone = await told(stack.preview(() => (own.declare(declares), {})));
        assert.equal(alone.ok, false);
        for (const line of row.says)
          assert.ok(alone.messages.join("\n").includes(own.words(line)), alone.messages.join("\n"));
      } else if (isDestroyed) {
        destroyed ??= await told(stack.destroy({ continueOnError: true }));
        assertDid(destroyed, own);
      } else {
        const lines = row.says.map((line) => own.words(line));
        assert.deepEqual(previewed.about[own.resource] ?? [], lines);
        assertDid(done, own);
      }
      assert.deepEqual(await own.host(), own.expectedHost());
    });
  }
});

function assertUp(run: Run): void {
  assert.ok(run.ok, run.messages.join("\n"));
}
