import { VirshError } from "../errors.js";
import { DEFAULT_SHUTDOWN_TIMEOUT_SECONDS, type Defined, type Wanted } from "../domain/wanted.js";

/**
 * How a `Domain` travels to its commands: the XML on standard input, all else in these variables of the environment.
 * Each is always set, an absent value to nothing, so that none is taken from elsewhere. States keep them.
 */
export const variables = {
  uri: "PULUMI_VIRSH_URI",
  running: "PULUMI_VIRSH_RUNNING",
  autostart: "PULUMI_VIRSH_AUTOSTART",
  adopt: "PULUMI_VIRSH_ADOPT",
  shutdownTimeoutSeconds: "PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS",
} as const;

/** Where `@pulumi/command` hands over what the command before this one printed. */
const PREVIOUS = "PULUMI_COMMAND_STDOUT";

type Environment = Readonly<Record<string, string | undefined>>;

export type Settings = Omit<Wanted, "xml"> & { uri: string | undefined };

export function readSettings(environment: Environment): Settings {
  const flag = (name: string) => ({ true: true, false: false })[environment[name] ?? ""];
  const uri = environment[variables.uri] ?? "";
  const seconds = environment[variables.shutdownTimeoutSeconds] ?? "";
  return {
    uri: uri === "" ? undefined : uri,
    running: flag(variables.running) ?? true,
    autostart: flag(variables.autostart),
    adopt: flag(variables.adopt) ?? false,
    shutdownTimeoutSeconds: seconds === "" ? DEFAULT_SHUTDOWN_TIMEOUT_SECONDS : Number(seconds),
  };
}

/** The domain as the command before this one left it. */
export function readPrevious(environment: Environment): Defined {
  const printed = environment[PREVIOUS] ?? "";
  const previous = parsed(printed);
  const texts = ["name", "uuid", "xmlSha256"].map((key) => previous[key]);
  if (texts.every((text) => typeof text === "string")) return previous as unknown as Defined;
  throw new VirshError({
    kind: "Unexpected",
    tried: "see which domain it is",
    said: `${PREVIOUS} is ${JSON.stringify(printed)}, and not what create or update printed`,
    next: "See that the state's command has its stdout, and that addPreviousOutputInEnv was not turned off.",
  });
}

function parsed(printed: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(printed);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
