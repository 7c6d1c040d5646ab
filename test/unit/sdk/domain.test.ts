import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as commands from "../../../provider/domain-command.js";
import { Domain, type DomainArgs } from "../../../sdk/index.js";

const UUID = "bcfa3df3-7f64-4055-baf6-8ec50c3b0251";
const XML = "<domain><name>a $(b)</name></domain>";
const environment = {
  PULUMI_VIRSH_URI: "",
  PULUMI_VIRSH_RUNNING: "true",
  PULUMI_VIRSH_AUTOSTART: "",
  PULUMI_VIRSH_ADOPT: "false",
  PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS: "60",
  PULUMI_VIRSH_APPLY: "",
};

describe("a Domain in a program", () => {
  let registered: pulumi.runtime.MockResourceArgs[];
  let stdout: string | undefined;
  const mocks: pulumi.runtime.Mocks = {
    newResource(args) {
      registered.push(args);
      return { id: "1", state: { ...(args.inputs as object), stdout } };
    },
    call: (args) => args.inputs as Record<string, unknown>,
  };
  beforeEach(async () => {
    registered = [];
    stdout = JSON.stringify({ name: "a $(b)", uuid: UUID, xmlSha256: "" });
    await pulumi.runtime.setMocks(mocks);
    pulumi.runtime.setAllConfig({});
  });

  /** The inputs of the command behind a domain, as the engine receives them. */
  async function command(args: DomainArgs): Promise<Record<string, unknown>> {
    await valueOf(new Domain("vm", args).uuid);
    return registered.find(({ type }) => type === "command:local:Command")?.inputs as Record<string, unknown>;
  }

  it("is a component that holds one command of the same name", async () => {
    await command({ xml: XML });
    assert.deepEqual(
      registered.map(({ type, name }) => `${type} ${name}`),
      ["virsh:index:Domain vm", "command:local:Command vm"],
    );
  });

  it("passes command texts that never change, and the inputs outside of them", async () => {
    assert.deepEqual(await command({ xml: XML }), {
      interpreter: ["node", "-e"],
      create: 'require("pulumi-virsh/domain-command").create()',
      update: 'require("pulumi-virsh/domain-command").update()',
      delete: 'require("pulumi-virsh/domain-command").delete()',
      logging: "stderr",
      environment,
      stdin: XML,
      triggers: ["a $(b)"],
    });
  });

  it("names an entry point of the package that exports what the texts call", () => {
    assert.deepEqual(Object.keys(commands).sort(), ["create", "delete", "update"]);
    const file = resolve(__dirname, "../../../../package.json");
    const { exports } = JSON.parse(readFileSync(file, "utf8")) as { exports: Record<string, unknown> };
    assert.ok("./domain-command" in exports);
  });

  it("passes every argument, including outputs and promises", async () => {
    const args = {
      xml: pulumi.output(XML),
      uri: pulumi.output("qemu+ssh://root@host/system"),
      running: false,
      autostart: Promise.resolve(true),
      adopt: true,
      shutdownTimeoutSeconds: pulumi.output(5),
      validate: pulumi.output(true),
    };
    assert.deepEqual((await command(args))["environment"], {
      PULUMI_VIRSH_URI: "qemu+ssh://root@host/system",
      PULUMI_VIRSH_RUNNING: "false",
      PULUMI_VIRSH_AUTOSTART: "true",
      PULUMI_VIRSH_ADOPT: "true",
      PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS: "5",
      PULUMI_VIRSH_VALIDATE: "true",
      PULUMI_VIRSH_APPLY: "",
    });
  });

  it("takes undefined, now or later, for every input that it does not need", async () => {
    const later = pulumi.output(undefined);
    for (const given of [undefined, later, Promise.resolve(undefined)]) {
      registered = [];
      const args: DomainArgs = {
        xml: XML,
        uri: given,
        running: given,
        autostart: given,
        adopt: given,
        shutdownTimeoutSeconds: given,
        validate: given,
      };
      assert.deepEqual((await command(args))["environment"], environment);
    }
  });

  it("has the outputs that the command printed, which earlier versions did not all print", async () => {
    const { state, running, autostart, persistent } = new Domain("vm", { xml: XML });
    assert.deepEqual(await valueOf(pulumi.all([state, running, autostart, persistent])), [
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const observed = { state: "shut off", running: false, autostart: true, persistent: true };
    stdout = JSON.stringify({ name: "a $(b)", uuid: UUID, xmlSha256: "", ...observed });
    const now = new Domain("now", { xml: XML });
    assert.deepEqual(await valueOf(pulumi.output({ state: now.state, running: now.running })), {
      state: "shut off",
      running: false,
    });
    assert.deepEqual(await valueOf(pulumi.output([now.autostart, now.persistent])), [true, true]);
    assert.equal(await pulumi.isSecret(now.state), false);
  });

  it("connects to the configured URI unless `uri` is set", async () => {
    pulumi.runtime.setAllConfig({ "virsh:uri": "qemu+ssh://root@host/system" });
    const configured = (await command({ xml: XML }))["environment"] as typeof environment;
    assert.equal(configured.PULUMI_VIRSH_URI, "qemu+ssh://root@host/system");
    registered = [];
    const given = (await command({ xml: XML, uri: "qemu:///system" }))["environment"] as typeof environment;
    assert.equal(given.PULUMI_VIRSH_URI, "qemu:///system");
  });

  it("takes its name from the XML and its UUID from there or from the command; neither is a secret", async () => {
    const vm = new Domain("vm", { xml: pulumi.secret(XML) });
    assert.deepEqual([await valueOf(vm.name), await valueOf(vm.uuid)], ["a $(b)", UUID]);
    assert.deepEqual([await pulumi.isSecret(vm.name), await pulumi.isSecret(vm.uuid)], [false, false]);
    stdout = undefined;
    const own = new Domain("own", {
      xml: XML.replace("</name>", `</name><uuid>${UUID.toUpperCase()}</uuid>`),
    });
    assert.equal(await valueOf(own.uuid), UUID);
  });

  it("can be declared in a preview under Pulumi's mocks, which do not support hooks", async () => {
    await pulumi.runtime.setMocks(mocks, "project", "stack", true);
    assert.equal((await command({ xml: XML }))["stdin"], XML);
  });

  it("is distinguished from other resources by isInstance", () => {
    const vm = new Domain("vm", { xml: XML });
    assert.ok(Domain.isInstance(vm));
    for (const other of [undefined, null, {}, "vm", { __pulumiType: "virsh:index:Snapshot" }]) {
      assert.ok(!Domain.isInstance(other));
    }
  });

  it("refuses to ignore, or to replace on, changes of what is not an input", () => {
    for (const option of ["ignoreChanges", "replaceOnChanges"]) {
      assert.throws(() => new Domain("vm", { xml: XML }, { [option]: ["running", "stdin"] }), {
        message: new RegExp(
          `^Domain "vm": ${option}: "stdin" is not an input of a Domain\\. It takes xml, uri, `,
        ),
      });
    }
  });

  const wrong: [args: DomainArgs, message: RegExp][] = [
    [
      { xml: undefined as unknown as string },
      /^Domain "vm": xml: it is missing\. Give the text of one <domain>, /,
    ],
    [{ xml: 5 as unknown as string }, /^Domain "vm": xml: it is a value of type number\. /],
    [{ xml: "vm.xml" }, /^Domain "vm": Unable to use xml: line 1: .* not the name of a file\.$/],
    [
      { xml: XML, uri: "qemu+ssh://u:pw@host/system" },
      /^Domain "vm": uri: "qemu\+ssh:\/\/u:\*\*\*@host\/system" cannot be used: /,
    ],
    [
      { xml: XML, shutdownTimeoutSeconds: -1 },
      /^Domain "vm": shutdownTimeoutSeconds: -1 cannot be used: expected a whole number from 0 to 86400\.$/,
    ],
  ];
  for (const [args, message] of wrong) {
    it(`refuses ${JSON.stringify(args)} at once, and names the input`, () => {
      assert.throws(() => new Domain("vm", args), { message });
    });
  }
});

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((tell) => {
    output.apply((value) => tell(value));
  });
}
