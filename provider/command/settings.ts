import {
  DEFAULT_SHUTDOWN_TIMEOUT_SECONDS,
  type DomainDeclaration,
  type RecordedDomain,
} from "../domain/declaration.js";
import { quote, VirshError } from "../errors.js";

/**
 * How a `Domain` reaches its commands: the XML on standard input, everything else in these environment variables. Each
 * is always set, an absent value to the empty string, so that the machine's own environment never supplies one. States
 * keep them.
 */
export const variables = {
  uri: "PULUMI_VIRSH_URI",
  running: "PULUMI_VIRSH_RUNNING",
  autostart: "PULUMI_VIRSH_AUTOSTART",
  adopt: "PULUMI_VIRSH_ADOPT",
  shutdownTimeoutSeconds: "PULUMI_VIRSH_SHUTDOWN_TIMEOUT_SECONDS",
  /** Set only where it is true. */
  validate: "PULUMI_VIRSH_VALIDATE",
  /** Set only where the XML is a secret: no message may quote it. */
  secret: "PULUMI_VIRSH_XML_IS_SECRET",
  /** Any text. A program gives another one where the host no longer has what it declares. */
  apply: "PULUMI_VIRSH_APPLY",
} as const;

/** Where `@pulumi/command` puts what the previous command printed. */
const PREVIOUS = "PULUMI_COMMAND_STDOUT";

type Environment = Readonly<Record<string, string | undefined>>;

export type Settings = Omit<DomainDeclaration, "xml"> & { uri: string | undefined; secret: boolean };

export function readSettings(environment: Environment): Settings {
  const written = (name: string) => environment[name] ?? "";
  const flag = (name: string) => readFlag(name, written(name));
  return {
    uri: written(variables.uri) === "" ? undefined : written(variables.uri),
    running: flag(variables.running) ?? true,
    autostart: flag(variables.autostart),
    adopt: flag(variables.adopt) ?? false,
    validate: flag(variables.validate) ?? false,
    secret: flag(variables.secret) ?? false,
    shutdownTimeoutSeconds: readSeconds(
      variables.shutdownTimeoutSeconds,
      written(variables.shutdownTimeoutSeconds),
    ),
  };
}

/** A program that passes null or undefined writes those words; they mean that the input is absent. */
const ABSENT: readonly string[] = ["", "null", "undefined"];

function readFlag(name: string, written: string): boolean | undefined {
  if (ABSENT.includes(written)) return undefined;
  if (written === "true" || written === "false") return written === "true";
  throw unreadable(name, `${quote(written)} is neither true nor false`);
}

function readSeconds(name: string, written: string): number {
  if (ABSENT.includes(written)) return DEFAULT_SHUTDOWN_TIMEOUT_SECONDS;
  if (/^\d+$/.test(written)) return Number(written);
  throw unreadable(name, `${quote(written)} is not a number of seconds`);
}

function unreadable(name: string, said: string): VirshError {
  return new VirshError({
    kind: "Unexpected",
    tried: `read ${name}`,
    said,
    unchanged: true,
    next: "If a newer version of pulumi-virsh wrote it, upgrade the package of this program.",
  });
}

/** The domain as the previous create or update left it. */
export function readPrevious(environment: Environment): RecordedDomain {
  return readRecord(environment[PREVIOUS] ?? "");
}

/** The domain that a create or an update printed. */
export function readRecord(stdout: string): RecordedDomain {
  const printed = parsed(stdout);
  const text = (field: keyof RecordedDomain): string => {
    const value = printed[field];
    if (typeof value === "string" && value !== "") return value;
    throw unusable(
      `its field "${field}" ${value === undefined ? "is missing" : "is not a non-empty string"}`,
    );
  };
  const { nvram, disks } = printed;
  return {
    name: text("name"),
    uuid: text("uuid"),
    xmlSha256: text("xmlSha256"),
    ...(nvram === "declared" || nvram === "generated" ? { nvram } : {}),
    ...(typeof disks === "object" && disks !== null ? { disks: disks as Record<string, string> } : {}),
  };
}

function parsed(printed: string): Record<string, unknown> {
  if (printed === "") throw unusable("it is empty");
  let value: unknown;
  try {
    value = JSON.parse(printed);
  } catch {
    throw unusable("it is not JSON");
  }
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw unusable("it is not a JSON object");
}

/** Never quotes what was printed: the digest in it may be of a secret. */
function unusable(said: string): VirshError {
  return new VirshError({
    kind: "Unexpected",
    tried: "read the stdout of the previous command, which says which domain this is",
    said,
    unchanged: true,
    next:
      "Check that the command in the state still has its stdout, " +
      "and that addPreviousOutputInEnv is not turned off.",
  });
}
