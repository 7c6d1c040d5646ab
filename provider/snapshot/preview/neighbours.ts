/** A snapshot as its program declares it: what a look at it begins with. */
export interface Declared {
  uri?: string | undefined;
  domain: string;
  name: string;
}

/** What a look is for. */
export type Purpose = "create" | "revert";

/** How many neighbours the second look of its kind takes along. */
const FIRST = 4;

/**
 * The snapshots of a program that a preview may look at next. Pulumi checks one resource after the other, and a look takes
 * several answers of virsh, each after the one before. So looks take along their neighbours, whose queries go to virsh
 * in the same batches. Nobody knows yet which of the neighbours change: the first look takes none along, because often
 * one snapshot of many changes, and then each that does takes along more.
 */
export class Neighbours {
  /** Not checked yet, in the program's order. */
  readonly #ahead = new Map<string, Declared>();
  readonly #checked = new Set<string>();
  readonly #seen = { create: new Set<string>(), revert: new Set<string>() };
  /** By purpose and URI. */
  readonly #size = new Map<string, number>();

  /** The program declares these, too. */
  expect(others: readonly Declared[]): void {
    for (const other of others) {
      const key = keyOf(other);
      if (!this.#checked.has(key)) this.#ahead.set(key, other);
    }
  }

  /** It is checked now: whether anything happens to it turns out next. */
  checked(one: Declared): void {
    const key = keyOf(one);
    this.#checked.add(key);
    this.#ahead.delete(key);
  }

  /** Which ones a look at `one` takes along; none if it was taken along itself. */
  of(one: Declared, purpose: Purpose): Declared[] {
    const seen = this.#seen[purpose];
    if (seen.has(keyOf(one))) return [];
    const kind = `${purpose} ${one.uri ?? ""}`;
    const size = this.#size.get(kind) ?? 0;
    this.#size.set(kind, size === 0 ? FIRST : size * FIRST);
    const near = [...this.#ahead]
      .filter(([key, { uri }]) => uri === one.uri && !seen.has(key))
      .slice(0, size);
    for (const [key] of near) seen.add(key);
    return near.map(([, declared]) => declared);
  }
}

function keyOf({ uri = "", domain, name }: Declared): string {
  return JSON.stringify([uri, domain, name]);
}
