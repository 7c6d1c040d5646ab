import { quote, VirshError } from "../../errors.js";

/** One call of virsh as data: what is asked, and what the answer means. */
export interface Command<T> {
  readonly args: readonly string[];
  /** Phrase after "Unable to". */
  readonly tried: string;
  /** Whether it may change something on the host. */
  readonly changes: boolean;
  /** Whether it may take long where it only asks: others do not wait with it then. */
  readonly slow?: boolean;
  /** Pure; throws a `VirshError` on output that it does not understand. */
  readonly parse: (stdout: string) => T;
  /** An exit code 1 that is an answer all the same: libvirt's words, and what they mean. */
  readonly refusals?: readonly { said: RegExp; means: T }[];
}

/**
 * `--name=value`, the one form that virsh never takes for something else. It refuses an empty value, so an
 * option without a value is left out by whoever builds the arguments.
 */
export function option(name: string, value: string): string {
  return `--${name}=${value}`;
}

/** `--name` for each that is on. */
export function flags(asked: Record<string, boolean | undefined>): string[] {
  return Object.entries(asked).flatMap(([name, on]) => (on === true ? [`--${name}`] : []));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** virsh looks a domain up by ID, then UUID, then name: only a UUID means one and the same domain for ever. */
export function domainOption(uuid: string, tried: string): string {
  if (!UUID.test(uuid)) {
    throw new VirshError({ kind: "Invalid", tried, said: `${quote(uuid)} is not the UUID of a domain` });
  }
  return option("domain", uuid);
}

/** For commands whose output says nothing beyond their exit code. */
export function nothing(): void {
  return undefined;
}

export function notUnderstood(tried: string, stdout: string): VirshError {
  const shown = stdout.length > 200 ? `${stdout.slice(0, 200)}…` : stdout;
  return new VirshError({
    kind: "Unexpected",
    tried,
    said: `virsh answered ${quote(shown)}, which is not understood`,
    next: "See that the virsh that comes first on PATH is libvirt's own.",
  });
}

/** The lines of an output whose last line has to be complete. */
export function lines(stdout: string, tried: string): string[] {
  const all = stdout.split("\n");
  if (all.pop() !== "") throw notUnderstood(tried, stdout);
  return all;
}
