import assert from "node:assert/strict";
import * as path from "node:path";
import { ProgramInfo, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Machine } from "./set-up.js";

const ROOT = path.resolve(__dirname, "../../../../..");

/** What the language host makes of a request of the engine; programs that run are tested in the laboratory. */
describe("the language host's command", () => {
  let machine: Machine;
  before(() => (machine = new Machine()));
  after(() => machine.remove());

  const request = (options: Record<string, JavaScriptValue> = {}, directory = ROOT) =>
    new RunRequest()
      .setProject("project")
      .setStack("stack")
      .setMonitorAddress("127.0.0.1:1")
      .setParallel(4)
      .setInfo(
        new ProgramInfo()
          .setRootDirectory(ROOT)
          .setProgramDirectory(directory)
          .setEntryPoint("main.ts")
          .setOptions(Struct.fromJavaScript(options)),
      );

  async function made(of: RunRequest): Promise<{ words: string[]; env: Record<string, string> }> {
    const bytes = Buffer.from(of.serializeBinary()).toString("base64");
    const { stdout, stderr } = await machine.runs(`
      import { createRequire } from "node:module";
      const { commandLine, environmentOf } = await lab("language-host/command-line.mjs");
      const { RunRequest } = createRequire(${JSON.stringify(__filename)})("@pulumi/pulumi/proto/language_pb");
      const request = RunRequest.deserializeBinary(Buffer.from("${bytes}", "base64"));
      const env = environmentOf(request);
      console.log(JSON.stringify({ words: commandLine(request, "127.0.0.1:2"), env }));`);
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout) as { words: string[]; env: Record<string, string> };
  }

  it("starts the SDK's runner with what the engine says, the entry point and the arguments", async () => {
    const { words } = await made(request().setDryrun(true).setOrganization("org").setArgsList(["-x"]));
    const [node, runner, ...rest] = words;
    assert.deepEqual(
      [node, runner],
      ["node", path.join(ROOT, "node_modules/@pulumi/pulumi/cmd/run/index.js")],
    );
    assert.equal(
      rest.join(" "),
      "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --organization org --project project " +
        `--root-directory ${ROOT} --stack stack --pwd ${ROOT} --parallel 4 --dry-run main.ts -x`,
    );
  });

  it("leaves out what the engine does not say", async () => {
    const { words } = await made(request());
    assert.ok(!words.includes("--dry-run") && !words.includes("--organization"), words.join(" "));
  });

  it("gives Node.js the nodeargs of Pulumi.yaml", async () => {
    const { words } = await made(request({ nodeargs: `--max-old-space-size=99 --title="a b"` }));
    assert.deepEqual(words.slice(0, 3), ["node", "--max-old-space-size=99", "--title=a b"]);
  });

  it("hands over the configuration, and which of it is secret", async () => {
    const configured = request().setConfigsecretkeysList(["project:b"]);
    configured.getConfigMap().set("project:a", "1").set("other:config:b", "2");
    const { env } = await made(configured);
    assert.deepEqual(env, {
      PULUMI_CONFIG: '{"other:config:b":"2","project:config:a":"1"}',
      PULUMI_CONFIG_SECRET_KEYS: '["project:b"]',
      PULUMI_NODEJS_TYPESCRIPT: "true",
    });
  });

  it("follows the TypeScript options of Pulumi.yaml", async () => {
    const { env } = await made(request({ typescript: false, tsconfig: "other.json" }));
    assert.equal(env["PULUMI_NODEJS_TYPESCRIPT"], undefined);
    assert.equal(env["PULUMI_NODEJS_TSCONFIG_PATH"], "other.json");
  });
});
