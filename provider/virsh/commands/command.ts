import { quote, VirshError } from "../../errors.js";

/** One call of virsh as data: its arguments, and what its output means. */
export interface Command<T> {
  readonly args: readonly string[];
  /** Phrase after "Unable to". */
  readonly tried: string;
  /** Whether it may change something on the host. */
  readonly changes: boolean;
  /** For a query: it may take long, so it goes alone and no other query waits for it. */
  readonly slow?: boolean;
  /** Whether the output is a document, whose parts nobody changes: the same text is parsed only once. */
  readonly document?: boolean;
  /** Pure; throws a `VirshError` on output that it does not understand. */
  readonly parse: (stdout: string) => T;
  /** Failures that are results: libvirt's words, and what they mean. */
  readonly refusals?: readonly { said: RegExp; means: T }[];
}

/**
 * `--name=value`, the only form that virsh cannot take for something else. virsh refuses an empty value, so the caller
 * leaves such an option out.
 */
export function option(name: string, value: string): string {
  return `--${name}=${value}`;
}

/** `--name` for each that is on. */
export function flags(asked: Record<string, boolean | undefined>): string[] {
  return Object.entries(asked).flatMap(([name, on]) => (on === true ? [`--${name}`] : []));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** virsh looks a domain up by ID, then UUID, then name: only a UUID always means the same domain. */
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
    next: "Check that the first virsh on PATH is libvirt's own.",
  });
}

/** The lines of an output, whose last line must be complete. */
export function lines(stdout: string, tried: string): string[] {
  const all = stdout.split("\n");
  if (all.pop() !== "") throw notUnderstood(tried, stdout);
  return all;
}

/** A line of one of virsh's tables of snapshots: a name, the time it was taken, and what state it holds. */
const TABLE_LINE = /^ .* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}(?: |$)/;

/**
 * Names of snapshots or checkpoints, one a line. A line that cannot be a name makes the whole list unreadable: what is
 * not understood must not pass for a list without some name.
 */
export function names(stdout: string, tried: string): string[] {
  const all = lines(stdout, tried);
  if (!all.every((line) => /^[^./][^/]*$/.test(line) && !TABLE_LINE.test(line)))
    throw notUnderstood(tried, stdout);
  return all;
}
