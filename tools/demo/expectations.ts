import { isDeepStrictEqual } from "node:util";
import { say, wrapped } from "./talk.js";

/** Everything that the demo must see, in the order of the scene. */
const EXPECTED = [
  "the directory and the variable are there",
  "the first up takes one snapshot",
  "the outputs say what the program declares, accents included",
  "virsh snapshot-list agrees with the outputs",
  "virsh snapshot-info agrees with the outputs",
  "virsh snapshot-dumpxml agrees with the outputs",
  "virsh snapshot-parent agrees with the outputs",
  "virsh snapshot-current agrees with the outputs",
  "qemu-img info agrees with the outputs",
  "the image holds a memory state",
  "the directory is removed, the variable changed",
  "the preview shows one update",
  "the preview says what the revert discards",
  "the preview touched nothing",
  "the second up updates the snapshot's resource",
  "the directory and the variable are back",
  "a further up changes nothing",
  "refresh changes nothing",
  "destroy deletes one snapshot",
  "virsh lists no snapshot",
  "the image holds none",
  "the VM keeps running, with its memory",
] as const;

type Expectation = (typeof EXPECTED)[number];

/** What was seen, or must be seen: flat, so that a difference fits on a line. */
export type Facts = Record<string, string | number | boolean>;

/** Ends the demo. Its message is already printed. */
export class NotMet extends Error {}

/** The demo succeeds only if everything expected was compared, and held. */
export class Expectations {
  private readonly held = new Set<Expectation>();

  /** Compares, and prints what was compared. `note` is added to that line. */
  meet(expectation: Expectation, seen: Facts, wanted: Facts, note = ""): void {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(seen)])];
    const different = keys.filter((key) => !isDeepStrictEqual(seen[key], wanted[key]));
    if (different.length > 0) {
      say(`   ✗ ${expectation}`);
      for (const key of different)
        say(`       ${key}: found ${shown(seen[key])}, expected ${shown(wanted[key])}`);
      throw new NotMet(expectation);
    }
    const told = keys.map((key) => `${key}: ${String(seen[key])}`).join(", ");
    say(wrapped(`   ✓ ${expectation} (${told}${note})`, "     "));
    this.held.add(expectation);
  }

  /** How many held. Fails if one was never compared. */
  finish(): number {
    const missing = EXPECTED.filter((expectation) => !this.held.has(expectation));
    for (const expectation of missing) say(`   ✗ never compared: ${expectation}`);
    if (missing.length > 0) throw new NotMet(missing.join(", "));
    return this.held.size;
  }
}

function shown(value: Facts[string] | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
