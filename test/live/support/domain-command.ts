import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { variables } from "../../../provider/command/settings.js";

/** The commands of a Domain as `@pulumi/command` runs them, without the engine. */

/** The environment as `Domain` sets it, without the differences. */
export const DEFAULTS = {
  [variables.uri]: "",
  [variables.running]: "true",
  [variables.autostart]: "",
  [variables.adopt]: "false",
  [variables.shutdownTimeoutSeconds]: "1",
};

type Inputs = Partial<Record<(typeof variables)[keyof typeof variables], string>>;

export interface Finished {
  code: unknown;
  stdout: string;
  stderr: string;
}

/** Runs a program text from the state, with the environment and the standard input that `@pulumi/command` gives it. */
export function run(
  verb: "create" | "update" | "delete",
  xml: string,
  inputs: Inputs = {},
  previous = "",
): Promise<Finished> {
  return begin(verb, xml, { inputs, previous }).finished;
}

/** The same, while it runs. */
export function begin(
  verb: "create" | "update" | "delete",
  xml: string,
  {
    inputs = {},
    previous = "",
    env = {},
  }: { inputs?: Inputs; previous?: string; env?: Record<string, string> },
): { finished: Promise<Finished>; kill: () => void } {
  const environment = { ...DEFAULTS, ...inputs, PULUMI_COMMAND_STDOUT: previous };
  const script = `require("pulumi-virsh/domain-command").${verb}()`;
  const child = spawn(process.execPath, ["-e", script], {
    cwd: __dirname,
    env: { ...process.env, ...env, ...environment },
  });
  child.stdin.end(xml);
  const finish = async (): Promise<Finished> => {
    const [stdout, stderr, closed] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    const [code] = closed as [number | null];
    return { code, stdout, stderr };
  };
  return { finished: finish(), kill: () => child.kill("SIGKILL") };
}
