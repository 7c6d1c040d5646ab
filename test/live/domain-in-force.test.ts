import assert from "node:assert/strict";
import { writeFile, rm } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";
import { Domain, getDomainOutput, Snapshot, type DomainArgs } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { assertDone, besideMocha, succeed, TestStack, type Program } from "./support/engine.js";
import { lab, virsh } from "./support/host.js";

/** The command behind a Domain "vm", as the state names it. */
const COMMAND = "virsh:index:Domain$command:local:Command::vm";
const NAME = `in-force-${process.pid}`;

describe("a Domain whose declared definition is not in force on the host", () => {
  let stack: TestStack;
  let disk: Disk;

  const program =
    (args: Partial<DomainArgs> = {}, opts: pulumi.ComponentResourceOptions = {}) =>
    () => {
      const xml = disk.xml(NAME, { title: "declared" });
      const vm = new Domain("vm", { xml, running: false, ...args }, opts);
      return { name: vm.name };
    };
  /** Someone else changes the domain. */
  const redefine = async (title: string) => {
    const file = `${disk.file}.xml`;
    const present = await virsh("dumpxml", "--inactive", NAME);
    await writeFile(file, present.replace(/<title>.*<\/title>/, `<title>${title}</title>`));
    await virsh("define", `--file=${file}`);
    await rm(file);
  };
  const title = async () =>
    /<title>(.*)<\/title>/.exec(await virsh("dumpxml", "--inactive", NAME))?.[1] ?? "none";

  beforeEach(async () => {
    disk = await Disk.make();
    stack = await TestStack.open();
  });
  afterEach(async () => {
    await stack.destroy();
    await stack.close();
    await disk.close();
  });

  it("is updated, which the preview shows, and then is quiet again", async () => {
    await succeed(stack.up(program()));
    assertDone(await stack.up(program()), []);
    for (const theirs of ["theirs", "theirs"]) {
      await redefine(theirs);
      const preview = await stack.preview(program());
      assert.deepEqual([preview.ok, preview.steps], [true, ["update vm"]]);
      const { steps } = await succeed(stack.up(program()));
      assert.deepEqual(steps, ["update vm"]);
      assert.equal(await title(), "declared");
      assertDone(await stack.preview(program()), []);
      assertDone(await stack.up(program()), []);
    }
  });

  it("is in force again after a revert, with the next update", async () => {
    const program = (title: string, trigger: string) => () => {
      const vm = new Domain("vm", { xml: disk.xml(NAME, { title }), running: false });
      new Snapshot("checkpoint", { domain: vm, revert: { triggers: [trigger] } });
      return { state: vm.state, running: vm.running, persistent: vm.persistent };
    };
    await succeed(stack.up(program("old", "1")));
    await succeed(stack.up(program("new", "1")));
    const { steps: reverted } = await succeed(stack.up(program("new", "2")));
    assert.deepEqual(reverted, ["update checkpoint"]);
    assert.equal(await title(), "old");
    const preview = await stack.preview(program("new", "2"));
    assert.deepEqual([preview.ok, preview.steps], [true, ["update vm"]]);
    assert.match(preview.messages.join("\n"), /title "old" to "new"/);
    await succeed(stack.up(program("new", "2")));
    assert.equal(await title(), "new");
    assertDone(await stack.up(program("new", "2")), []);
    assert.deepEqual(await stack.outputs(), { state: "shut off", running: false, persistent: true });
  });

  it("is defined again if someone undefined it while it runs", async () => {
    const running = program({ running: true, shutdownTimeoutSeconds: 0 });
    await succeed(stack.up(running));
    await virsh("undefine", NAME);
    const preview = await stack.preview(running);
    assert.deepEqual([preview.ok, preview.steps], [true, ["update vm"]]);
    assert.match(preview.messages.join("\n"), /is running but no longer defined: someone undefined it/);
    await succeed(stack.up(running));
    assert.match(await virsh("dominfo", NAME), /^Persistent: +yes$/m);
    assert.equal(await title(), "declared");
    assertDone(await stack.up(running), []);
  });

  it("keeps secret inputs secret when it is updated", async () => {
    const xml = pulumi.secret(disk.xml(NAME, { title: "declared" }));
    const uri = pulumi.secret(lab("LIBVIRT_DEFAULT_URI"));
    await succeed(stack.up(program({ xml, uri })));
    await redefine("theirs");
    const { steps } = await succeed(stack.up(program({ xml, uri })));
    assert.deepEqual(steps, ["update vm"]);
    const { inputs, outputs } = await stack.recorded(COMMAND);
    const { environment } = inputs as { environment: Record<string, unknown> };
    const shown = (values: object) =>
      Object.keys(values).filter((key) => !isSecret(Reflect.get(values, key)));
    assert.deepEqual(shown({ stdin: inputs["stdin"], stdout: outputs["stdout"] }), []);
    assert.deepEqual(shown(environment).includes("PULUMI_VIRSH_URI"), false);
    assert.equal(typeof environment["PULUMI_VIRSH_APPLY"], "string");
  });

  it("is left alone where the program ignores changes of xml", async () => {
    await succeed(stack.up(program()));
    await redefine("theirs");
    assertDone(await stack.preview(program({}, { ignoreChanges: ["xml"] })), []);
    const changed = { xml: disk.xml(NAME, { title: "changed" }) };
    assertDone(await stack.up(program(changed, { ignoreChanges: ["xml"] })), []);
    assert.equal(await title(), "theirs");
    const renamed = program({ xml: disk.xml("other") }, { ignoreChanges: ["xml"] });
    assert.match(
      await refusal(stack, renamed),
      new RegExp(
        `xml has the name "other", but ignoreChanges keeps the domain "${NAME}"\\. Keep <name> as it is`,
      ),
    );
  });

  it("is updated according to a saved plan", async () => {
    const planned = await TestStack.open({ PULUMI_EXPERIMENTAL: "true" });
    const plan = `${disk.file}.plan`;
    await succeed(planned.preview(program(), { plan }));
    await succeed(planned.up(program(), { plan }));
    await redefine("theirs");
    await succeed(planned.preview(program(), { plan }));
    const { steps } = await succeed(planned.up(program(), { plan }));
    assert.deepEqual(steps, ["update vm"]);
    await planned.destroy();
    await planned.close();
    await rm(plan);
  });
});

describe("a Domain in a program", () => {
  let stack: TestStack;
  let disk: Disk;
  const name = `once-${process.pid}`;

  beforeEach(async () => {
    disk = await Disk.make();
    stack = await TestStack.open();
  });
  afterEach(async () => {
    await stack.destroy();
    await stack.close();
    await disk.close();
  });

  it("is refused in the preview if another Domain of the program has the same name or UUID", async () => {
    const uuid = "bcfa3df3-7f64-4055-baf6-8ec50c3b0253";
    const cases: [first: string, second: string, said: string][] = [
      [disk.xml(name), disk.xml(name), `xml has the name "${name}", as has the xml of Domain "one"`],
      [
        disk.xml(name, { uuid }),
        disk.xml(`${name}-2`, { uuid: uuid.toUpperCase() }),
        `xml has the UUID ${uuid}, as has the xml of Domain "one"`,
      ],
    ];
    for (const [first, second, said] of cases) {
      for (const given of [second, pulumi.output(second)]) {
        const messages = await refusal(stack, () => {
          new Domain("one", { xml: first, running: false });
          new Domain("two", { xml: given, running: false });
          return {};
        });
        const expected = `Domain "two": ${said} of this program. Declare each domain once.`;
        assert.ok(messages.includes(expected), messages);
      }
    }
  });

  it("leaves functions that depend on it unknown in the preview that will create it", async () => {
    const program = () => {
      const group = new pulumi.ComponentResource("test:index:Group", "group");
      const vm = new Domain("vm", { xml: disk.xml(name), running: false }, { parent: group });
      const domain = name;
      return {
        byName: getDomainOutput({ domain: vm.name }).state,
        byDomain: getDomainOutput({ domain: vm }).state,
        after: getDomainOutput({ domain }, { dependsOn: [vm] }).state,
        around: getDomainOutput({ domain }, { dependsOn: group }).state,
      };
    };
    const preview = await stack.preview(program);
    assert.deepEqual([preview.ok, preview.messages], [true, []]);
    await succeed(stack.up(program));
    const off = "shut off";
    assert.deepEqual(await stack.outputs(), { byName: off, byDomain: off, after: off, around: off });
  });

  it("has its XML validated by libvirt if it asks for that", async () => {
    const xml = disk.xml(name).replace("<vcpu>", "<vcpus>2</vcpus><vcpu>");
    const program = (validate: boolean) => () => {
      new Domain("vm", { xml, running: false, validate });
      return {};
    };
    const { ok, messages } = await stack.up(program(true));
    assert.equal(ok, false);
    assert.match(messages.join("\n"), /XML document failed to validate against schema/);
    await succeed(stack.up(program(false)));
  });

  it("is replaced on changes of the inputs that replaceOnChanges names, and of no other", async () => {
    const program = (args: Partial<DomainArgs>) => () => {
      new Domain(
        "vm",
        { xml: disk.xml(name), running: false, ...args },
        { replaceOnChanges: ["autostart"], ignoreChanges: ["shutdownTimeoutSeconds"] },
      );
      return {};
    };
    await succeed(stack.up(program({})));
    assertDone(await stack.preview(program({ shutdownTimeoutSeconds: 5 })), []);
    const replaced = await stack.preview(program({ autostart: true }));
    assert.ok(replaced.steps.includes("replace vm"), replaced.steps.join());
    const updated = await stack.preview(program({ adopt: true }));
    assert.deepEqual(updated.steps, ["update vm"]);
    const wrong = () => {
      new Domain("vm", { xml: disk.xml(name) }, { ignoreChanges: ["title"] });
      return {};
    };
    assert.match(
      await refusal(stack, wrong),
      /Domain "vm": ignoreChanges: "title" is not an input of a Domain\. It takes xml, uri, /,
    );
  });
});

/** The messages of a preview that fails in the program itself. */
async function refusal(stack: TestStack, program: Program): Promise<string> {
  const { ok, messages } = await besideMocha(() => stack.preview(program));
  assert.equal(ok, false);
  return messages.join("\n");
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;
}
