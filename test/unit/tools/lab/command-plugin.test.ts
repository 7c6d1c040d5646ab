import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandPlugin, UNKNOWN, type Properties } from "./command-plugin.js";

const MAIN = path.resolve(__dirname, "../../../../../tools/lab/command-plugin/main.mjs");

type Case = [claim: string, run: (plugin: CommandPlugin) => Promise<unknown>, expected: unknown];

/** Created by `create`; `outputs` is what a state would hold of it. */
const outputs: Properties = { create: "echo 1", stdout: "1", stderr: "e" };
const unknown = { stdout: UNKNOWN, stderr: UNKNOWN };

const failed = (run: Promise<unknown>) =>
  run.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => (error as Error).message,
  );
const failure = (inputs: Properties) => (plugin: CommandPlugin) => failed(plugin.create(inputs));
const printed = (inputs: Properties) => async (plugin: CommandPlugin) => {
  const { stdout, stderr } = await plugin.create(inputs);
  return [stdout, stderr];
};

const CASES: Case[] = [
  [
    "keeps the inputs beside both outputs, without the last line end",
    (plugin) => plugin.create({ create: "echo hi; printf 'a\\n\\n' >&2" }),
    { create: "echo hi; printf 'a\\n\\n' >&2", stdout: "hi", stderr: "a\n" },
  ],
  ["runs nothing without create", printed({ delete: "false" }), ["", ""]],
  [
    "runs nothing in a preview, where the outputs are unknown",
    (plugin) => plugin.create({ create: "false", triggers: [UNKNOWN] }, true),
    { create: "false", triggers: [UNKNOWN], ...unknown },
  ],
  [
    "hands the command to the interpreter, with the environment",
    printed({ create: "console.log(process.env.A)", interpreter: ["node", "-e"], environment: { A: "x y" } }),
    ["x y", ""],
  ],
  [
    "runs it in dir, with stdin",
    printed({ create: "cat; pwd", stdin: "in\n", dir: "/usr" }),
    ["in\n/usr", ""],
  ],
  [
    "runs a command that does not read its stdin",
    printed({ create: "true", stdin: "x".repeat(1e6) }),
    ["", ""],
  ],
  [
    "fails with the status, the command and its output",
    failure({ create: 'echo out; sleep 0.1; echo "err" >&2; exit 3' }),
    'exit status 3: running "echo out; sleep 0.1; echo \\"err\\" >&2; exit 3":\nout\nerr\n',
  ],
  [
    "quotes the command in its failure",
    failure({ create: 'exit 1 # "ñ" \\ \t \u0001 \u200b 😀 \u{E000}' }),
    'exit status 1: running "exit 1 # \\"ñ\\" \\\\ \\t \\x01 \\u200b 😀 \\ue000":\n',
  ],
  ["names the signal", failure({ create: "kill -9 $$" }), 'signal: killed: running "kill -9 $$":\n'],
  [
    "fails in a folder that does not exist",
    failure({ create: "true", dir: "/nowhere" }),
    'chdir /nowhere: no such file or directory: running "true":\n',
  ],
  [
    "fails with an interpreter that is not on PATH",
    failure({ create: "true", interpreter: ["nosuch"] }),
    'exec: "nosuch": executable file not found in $PATH: running "true":\n',
  ],
  [
    "fails with an interpreter that does not exist",
    failure({ create: "true", interpreter: ["/nosuch"] }),
    'fork/exec /nosuch: no such file or directory: running "true":\n',
  ],
  [
    "fails with an interpreter that is no program",
    failure({ create: "true", interpreter: ["/etc/passwd"] }),
    'fork/exec /etc/passwd: permission denied: running "true":\n',
  ],
  [
    "runs create on an update without update, with the previous outputs",
    (plugin) => plugin.update(outputs, { create: 'echo "$PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR"' }),
    { create: 'echo "$PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR"', stdout: "1 e", stderr: "" },
  ],
  [
    "runs update on an update, without the previous outputs where they are not wanted",
    async (plugin) => {
      const update = 'echo "${PULUMI_COMMAND_STDOUT-none} ${PULUMI_COMMAND_STDERR-none}"';
      const inputs = { create: "false", update, addPreviousOutputInEnv: false };
      return (await plugin.update(outputs, inputs))["stdout"];
    },
    "none none",
  ],
  [
    "keeps the outputs on an update with nothing to run",
    (plugin) => plugin.update(outputs, { delete: "false" }),
    { delete: "false", stdout: "1", stderr: "e" },
  ],
  [
    "does not know the outputs of an update that is previewed",
    (plugin) => plugin.update(outputs, { create: "echo 2" }, true),
    { create: "echo 2", ...unknown },
  ],
  [
    "does not know them either when an input is not known",
    (plugin) => plugin.update(outputs, { create: "echo 1", stdin: UNKNOWN }, true),
    { create: "echo 1", stdin: UNKNOWN, ...unknown },
  ],
  [
    "keeps them in the preview of an update that only adds an input",
    (plugin) => plugin.update(outputs, { create: "echo 1", stdin: "a" }, true),
    { ...outputs, stdin: "a" },
  ],
  [
    "runs delete, with environment and previous outputs",
    async (plugin) => {
      const command = 'echo "$A $PULUMI_COMMAND_STDOUT"; exit 1';
      return failed(plugin.delete({ ...outputs, delete: command, environment: { A: "a" } }));
    },
    'exit status 1: running "echo \\"$A $PULUMI_COMMAND_STDOUT\\"; exit 1":\na 1\n',
  ],
  ["deletes without delete", (plugin) => plugin.delete(outputs), undefined],
  [
    "shows both outputs line by line, and keeps none of it",
    async (plugin) => {
      plugin.shown();
      await plugin.create({ create: "printf 'a\\r\\n\\nb'; sleep 0.2; echo c >&2" });
      return plugin.shown();
    },
    ["a", "", "bc"],
  ],
  [
    "shows only what logging names",
    async (plugin) => {
      plugin.shown();
      for (const logging of ["stdout", "stderr", "none"]) {
        await plugin.create({ create: `echo ${logging}; echo ${logging} >&2`, logging });
      }
      return plugin.shown();
    },
    ["stdout", "stderr"],
  ],
  [
    "refuses inputs of another type, and others than it has",
    async (plugin) => {
      const inputs = {
        create: 1,
        environment: { a: 1 },
        interpreter: "x",
        triggers: "x",
        stdin: true,
        dir: [],
      };
      return (await plugin.check({ ...inputs, addPreviousOutputInEnv: "x", other: 1 })).sort();
    },
    [
      "addPreviousOutputInEnv",
      "create",
      "dir",
      "environment[a] value",
      "interpreter",
      "other",
      "stdin",
      "triggers",
    ],
  ],
  [
    "takes any input that is not known yet",
    (plugin) =>
      plugin.check({
        create: UNKNOWN,
        environment: { a: UNKNOWN },
        interpreter: [UNKNOWN],
        triggers: UNKNOWN,
        logging: "none",
        addPreviousOutputInEnv: true,
        dir: null,
      }),
    [],
  ],
  ["finds no difference where there is none", (plugin) => plugin.diff({ create: "a" }, { create: "a" }), {}],
  [
    "tells each place that differs, so that the engine replaces on triggers",
    (plugin) =>
      plugin.diff(
        { create: "a", environment: { A: "1", "B.C": "2", D: "1" }, triggers: [1, { a: 1 }], stdin: "x" },
        { create: "b", environment: { A: "2", "B.C": "3", E: "1" }, triggers: [1, { a: 2 }, 4], dir: "d" },
      ),
    {
      create: "update",
      "environment.A": "update",
      'environment["B.C"]': "update",
      "environment.D": "delete",
      "environment.E": "add",
      "triggers[1].a": "update",
      "triggers[2]": "add",
      stdin: "delete",
      dir: "add",
    },
  ],
  [
    "replaces where triggers come",
    (plugin) => plugin.diff({ create: "a" }, { create: "a", triggers: [1] }),
    { triggers: "add, replace" },
  ],
  [
    "replaces where triggers go",
    (plugin) => plugin.diff({ create: "a", triggers: [1] }, { create: "a" }),
    { triggers: "delete, replace" },
  ],
  [
    "kills the command when it is cancelled",
    async (plugin) => {
      const running = failed(plugin.create({ create: "exec sleep 60" }));
      await sleep(300);
      await plugin.cancel();
      return running;
    },
    'signal: killed: running "exec sleep 60":\n',
  ],
];

/** The real plugin, where there is one. */
function realPlugin(): string | undefined {
  try {
    return execFileSync("which", ["pulumi-resource-command"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

const plugins = [
  { name: "the stand-in for pulumi-resource-command", words: [process.execPath, MAIN] },
  { name: "the real pulumi-resource-command, which the stand-in is compared with", words: [realPlugin()] },
];

for (const { name, words } of plugins) {
  const [program, ...args] = words;
  describe(name, () => {
    if (program === undefined) {
      it("is not on PATH, and not compared");
      return;
    }
    let plugin: CommandPlugin;
    before(async () => (plugin = await CommandPlugin.start(program, ...(args as string[]))));
    after(() => plugin.stop());

    for (const [claim, run, expected] of CASES) {
      it(claim, async () => assert.deepEqual(await run(plugin), expected));
    }
  });
}

describe("the stand-in for pulumi-resource-command, alone", () => {
  it("refuses the inputs that only the real plugin supports", async () => {
    const plugin = await CommandPlugin.start(process.execPath, MAIN);
    assert.deepEqual(await plugin.check({ create: "true", assetPaths: ["*"] }), ["assetPaths"]);
    await plugin.stop();
  });

  it("ends with its command when the engine goes away", async () => {
    const plugin = await CommandPlugin.start(process.execPath, MAIN);
    const running = failed(plugin.create({ create: "exec sleep 61" }));
    await sleep(300);
    assert.equal(await plugin.stop(), true);
    await running;
    assert.throws(() => execFileSync("pgrep", ["-f", "^sleep 61$"]));
  });
});
