/**
 * The family of errors everything below the adapters throws. Each tells its reader three things: what was
 * tried, what libvirt (or the system) said, and what to do next.
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
  readonly next: string | undefined;
  readonly begun: boolean | undefined;

  constructor({ kind, tried, said, next, begun, cause }: ErrorParts) {
    super(sentence(`Unable to ${tried}: ${said}`) + (next === undefined ? "" : ` ${next}`), { cause });
    this.kind = kind;
    this.tried = tried;
    this.said = said;
    this.next = next;
    this.begun = begun;
  }

  /** The same error with some parts told better by a caller that knows more. */
  with(parts: Partial<ErrorParts>): VirshError {
    const { kind, tried, said, next, begun, cause } = this;
    return new VirshError({ kind, tried, said, next, begun, cause, ...parts });
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

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
