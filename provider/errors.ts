/**
 * The errors that everything below the adapters throws. Each says three things: what was attempted, what libvirt (or
 * the system) answered, and what to do next. They stay apart until the error is shown.
 */
export type ErrorKind =
  /** Proven absent: a snapshot or a domain that the host, reached and asked, does not have. */
  | "NotFound"
  /** Something of that name, or at that path, is there already. */
  | "Conflict"
  /** This daemon, domain or disk cannot do it. */
  | "Unsupported"
  /** libvirt wants `--force` (VIR_ERR_SNAPSHOT_REVERT_RISKY). */
  | "NeedsForce"
  /** Another job or client holds the domain. */
  | "Busy"
  /** The hypervisor could not be asked. Never proof that something is absent. */
  | "Unreachable"
  /** A login or a permission was refused. Never proof that something is absent. */
  | "Denied"
  /** The time limit of the operation ran out. The host may still be working on it. */
  | "Timeout"
  /** Its program was killed. The host may still be working on it. */
  | "Cancelled"
  /** What was asked for cannot be right: a bad name, URI, path or combination. */
  | "Invalid"
  /** Anything else. Never turned into a default. */
  | "Unexpected";

export interface ErrorParts {
  kind: ErrorKind;
  /** What was tried, as a phrase after "Unable to": `take snapshot "a" of domain "b"`. Secrets redacted. */
  tried: string;
  /** The words of libvirt or of the system, as they came, secrets redacted. */
  said: string;
  /** Whether to tell the reader that nothing was changed on the host. */
  unchanged?: boolean | undefined;
  /** The next step for the reader, a full sentence. */
  next?: string | undefined;
  /** `false` where it is certain that nothing was begun on the host: the call only asked, or never ran. */
  begun?: boolean | undefined;
  cause?: unknown;
}

export class VirshError extends Error {
  override readonly name = "VirshError";
  readonly kind: ErrorKind;
  readonly tried: string;
  readonly said: string;
  readonly unchanged: boolean;
  readonly next: string | undefined;
  readonly begun: boolean | undefined;

  constructor({ kind, tried, said, unchanged = false, next, begun, cause }: ErrorParts) {
    super(
      sentences(stopped(`Unable to ${tried}: ${said}`), unchanged ? "Nothing was changed." : undefined, next),
      {
        cause,
      },
    );
    this.kind = kind;
    this.tried = tried;
    this.said = said;
    this.unchanged = unchanged;
    this.next = next;
    this.begun = begun;
  }

  /** The same error, with some parts replaced by a caller that knows more. */
  with(parts: Partial<ErrorParts>): VirshError {
    const { kind, tried, said, unchanged, next, begun, cause } = this;
    return new VirshError({ kind, tried, said, unchanged, next, begun, cause, ...parts });
  }

  /** The same error, with more sentences after its next step. */
  adding(...more: (string | undefined)[]): VirshError {
    return this.with({ next: sentences(this.next, ...more) });
  }
}

/** Whether `error` is of the family and of one of `kinds` (of any, when none is named). */
export function isVirshError(error: unknown, ...kinds: ErrorKind[]): error is VirshError {
  return error instanceof VirshError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** A value from outside, quoted so that control characters and quotes in it cannot forge a message. */
export function quote(value: unknown): string {
  return JSON.stringify(value);
}

/** A value from outside as one word of a command line that the reader may copy. */
export function shellQuoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** The values, quoted, with commas between them. Of more than `most` only the first are shown. */
export function quoteAll(values: readonly unknown[], most = Infinity): string {
  const shown = values.slice(0, most).map(quote).join(", ");
  return values.length > most ? `${shown} and ${values.length - most} more` : shown;
}

/**
 * Sentences, one after the other. Each but the last gets the full stop that it lacks: the last may be a command, which is
 * copied better without.
 */
export function sentences(...parts: (string | undefined)[]): string {
  const present = parts.flatMap((part) => (part === undefined || part === "" ? [] : [part]));
  return present.map((part, index) => (index < present.length - 1 ? stopped(part) : part)).join(" ");
}

function stopped(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
