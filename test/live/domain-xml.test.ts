import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Domain, type DomainArgs } from "../../sdk/index.js";
import { Disk } from "./support/definition.js";
import { assertDone, TestStack } from "./support/engine.js";
import { virsh } from "./support/host.js";

const NAME = `xml-${process.pid}`;

describe("the XML of a Domain", () => {
  let stack: TestStack;
  let disk: Disk;

  const program = (xml: DomainArgs["xml"]) => () => {
    new Domain("vm", { xml, running: false });
    return {};
  };
  const graphics = (words: string) =>
    disk.xml(NAME).replace("<memballoon", `<graphics type="vnc" ${words}/><memballoon`);

  before(async () => {
    disk = await Disk.make();
    stack = await TestStack.open();
  });
  after(async () => {
    await stack.close();
    await disk.close();
  });

  const UNDEFINABLE: [what: string, edit: (xml: string) => string, said: RegExp][] = [
    ["no type", (xml) => xml.replace(' type="qemu"', ""), /its <domain> has no type\. Write <domain type=/],
    ["no memory", (xml) => xml.replace(/<memory.*/, ""), /it gives the domain no memory\. Add its size/],
    [
      "nothing to boot",
      (xml) => xml.replace(/<type arch.*/, ""),
      /it has no <type> in <os>\. Add what the domain boots/,
    ],
  ];
  for (const [what, edit, said] of UNDEFINABLE) {
    it(`fails the preview if it has ${what}, and says what to do`, async () => {
      const { ok, messages } = await stack.preview(program(edit(disk.xml(NAME))));
      assert.equal(ok, false);
      assert.match(messages.join("\n"), said);
    });
  }

  it("has a next step beside libvirt's own words where only libvirt knows", async () => {
    const { ok, messages } = await stack.up(program(disk.xml(NAME).replace('type="qemu"', 'type="vbox"')));
    assert.equal(ok, false);
    assert.match(
      messages.join("\n"),
      /does not support virt type 'vbox'.*`virsh capabilities` lists the types/,
    );
  });

  it("is not quoted in an error if it is a secret", async () => {
    const bad = graphics('port="s3cret"');
    const plain = (await stack.up(program(bad))).messages.join("\n");
    assert.match(plain, /(?:vnc port s3cret|'port' in element 'graphics': 's3cret').*--validate/);
    const { ok, messages } = await stack.up(program(pulumi.secret(bad)));
    assert.equal(ok, false);
    assert.match(messages.join("\n"), /(?:vnc port …|'port' in element 'graphics': '…').*--validate/);
    assert.doesNotMatch(messages.join("\n"), /s3cret/);
    assert.ok((await stack.destroy()).ok);
  });

  it("may become a secret, which is no change", async () => {
    const secret = program(pulumi.secret(disk.xml(NAME)));
    assertDone(await stack.up(program(disk.xml(NAME))), ["create vm", "create vm"]);
    assertDone(await stack.up(secret), []);
    assert.ok((await stack.destroy()).ok);
  });

  it("may end with a comment", async () => {
    const commented = program(`${disk.xml(NAME)}<!-- the end -->\n`);
    assertDone(await stack.up(commented), ["create vm", "create vm"]);
    assertDone(await stack.up(commented), []);
    assert.equal(await virsh("domstate", NAME), "shut off");
    assert.ok((await stack.destroy()).ok);
  });
});
