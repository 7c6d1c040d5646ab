import type { Moment, Operation, Result, Victim } from "../../../faults/table.js";
import type { RecordedResource, Run, Told } from "../engine.js";
import type { Seen } from "./seen.js";

/** What is known of one operation that something died in. */
export interface Story {
  operation: Operation;
  moment: Moment;
  victim: Victim;
  /** This round's trigger and description. */
  round: string;
  /** The host before the operation, after it, after the next command, and after everything was deleted again. */
  seen: { before: Seen; after: Seen; next: Seen; end: Seen };
  /** What the state has of it after the operation, and after the next command. */
  recorded: { after: RecordedResource | undefined; next: RecordedResource | undefined };
  said: { first: Told; next: Told; preview: Run; restored: readonly string[] };
}

const CREATES: readonly Operation[] = ["memory", "quiesced", "external", "off"];
const DELETES: readonly Operation[] = ["delete", "deleteExternal"];

/** Whether the host has what the operation is for. */
export function isDone(operation: Operation, seen: Seen, round: string): boolean {
  if (CREATES.includes(operation)) return seen.snapshots.includes(operation);
  if (DELETES.includes(operation)) return !seen.snapshots.includes(operation);
  if (operation === "describe") return seen.description === round;
  return seen.remembers === false;
}

function isRecorded(operation: Operation, recorded: RecordedResource | undefined, round: string): boolean {
  if (DELETES.includes(operation)) return recorded === undefined;
  if (recorded === undefined) return false;
  if (CREATES.includes(operation)) return true;
  const { description, revert } = recorded.outputs as {
    description?: string;
    revert?: { triggers?: string[] };
  };
  return operation === "describe" ? description === round : revert?.triggers?.[0] === round;
}

/** What came of the operation. */
export function resultOf({ operation, round, seen, recorded }: Omit<Story, "said">): Result {
  const done = isDone(operation, seen.after, round);
  if (isRecorded(operation, recorded.after, round))
    return (recorded.after?.initErrors ?? []).length > 0 ? "kept" : "done";
  if (!done) return isAsBefore(seen.before, seen.after) ? "never" : "told";
  if (CREATES.includes(operation)) return "adopt";
  return DELETES.includes(operation) ? "found" : "again";
}

/** The promises that were broken, in words; none if all is well. */
export function broken(story: Story): string[] {
  const { operation, victim, round, seen, recorded, said } = story;
  const words = said.first.about[operation] ?? [];
  const isNamed = (word: string) => words.some((message) => message.includes(word));
  const alive = victim === "libvirtd" || victim === "virsh";
  const result = resultOf(story);
  const done = isDone(operation, seen.after, round);
  const orphans = seen.after.tags.filter((tag) => !seen.after.snapshots.includes(tag));
  const files = done ? [] : seen.after.files.filter((file) => !seen.before.files.includes(file));
  const left = (one: readonly string[]) => one.filter((each) => !["theirs", ...kept(story)].includes(each));

  const claims: [boolean, string][] = [
    [seen.after.theirs === seen.before.theirs, "another person's snapshot was touched"],
    [seen.next.theirs === seen.before.theirs, "the next command touched another person's snapshot"],
    [
      isAsBefore(seen.before, seen.after) || (isNamed(stateOf(seen.after)) && isNamed("virsh ")),
      `the domain is ${seen.after.state}, and no message says so and what to type`,
    ],
    [
      !seen.after.isFrozen || isNamed("domfsthaw"),
      "its file systems are frozen, and no message says so and what to type",
    ],
    [result !== "done" || done, "the command succeeded, but it is not done"],
    [result !== "kept" || done, "it is kept in the state, but it is not done"],
    [!alive || result !== "adopt" || isNamed("adopt"), "no message says that the snapshot was taken"],
    [!alive || words.length > 0 || result === "done", "no message says what happened"],
    [
      !alive || orphans.every((tag) => isNamed("qemu-img") && isNamed(tag)),
      `orphaned tags: ${orphans.join()}`,
    ],
    [!alive || files.every(isNamed), `files that no message names: ${files.join()}`],
    [isAsBefore(seen.before, seen.next), `after the next command the domain is ${seen.next.state}`],
    [!seen.next.isFrozen, "after the next command the file systems are frozen"],
    [
      isDone(operation, seen.next, round) && isRecorded(operation, recorded.next, round),
      `the next command did not do it: ${(said.next.about[operation] ?? []).join(" | ")}`,
    ],
    [
      !said.preview.steps.some((step) => step.endsWith(` ${operation}`)),
      `the command after that shows a change: ${said.preview.steps.join()}`,
    ],
    [left(seen.end.tags).length === 0, `tags stay for ever: ${left(seen.end.tags).join()}`],
    [left(seen.end.snapshots).length === 0, `snapshots stay for ever: ${left(seen.end.snapshots).join()}`],
    [seen.end.files.length <= seen.before.files.length, `files stay for ever: ${seen.end.files.join()}`],
  ];
  const failures = said.restored.filter((message) => message.includes(quoted(operation)));
  claims.push([failures.length === 0, `it cannot be deleted: ${failures.join(" | ")}`]);
  if (operation === "delete") {
    const [listed, there] = [seen.after.snapshots.includes(operation), seen.after.tags.includes(operation)];
    claims.push([listed === there || isNamed("its data"), "its data is gone, and no message says so"]);
  }
  if (operation === "safely") {
    const { safetySnapshots = [] } = (recorded.next?.outputs ?? {}) as {
      safetySnapshots?: { name: string }[];
    };
    const known = ["theirs", operation, ...safetySnapshots.map(({ name }) => name)];
    // A warning names no resource, and the names are unique.
    const all = [...words, ...said.next.messages];
    const isTold = (name: string) => all.some((message) => message.includes(name));
    // Those that an earlier round left were told then.
    const fresh = seen.next.snapshots.filter((name) => !seen.before.snapshots.includes(name));
    const unknown = fresh.filter((name) => !known.includes(name) && !isTold(name));
    claims.push(
      [unknown.length === 0, `nothing knows these safety snapshots: ${unknown.join()}`],
      [
        safetySnapshots.some(({ name }) => seen.next.memories.includes(name)),
        "no safety snapshot is of today's state",
      ],
    );
  }
  return claims.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}

/** libvirt sometimes ends QEMU when it starts again and cannot reach it. Then the domain is off, whatever was done. */
export function endedWithDaemon({ victim, seen }: Story): boolean {
  return (
    victim === "libvirtd" && seen.after.state === "shut off (daemon)" && !isAsBefore(seen.before, seen.after)
  );
}

/** The promises that were broken to a domain that ended with the daemon, in words. */
export function brokenAfterTheEnd({ operation, seen, said }: Story): string[] {
  const words = (said.first.about[operation] ?? []).join(" ");
  const orphans = seen.after.tags.filter((tag) => !seen.after.snapshots.includes(tag));
  const kept = !seen.before.snapshots.includes(operation) && seen.after.snapshots.includes(operation);
  const claims: [boolean, string][] = [
    [seen.after.theirs === seen.before.theirs, "another person's snapshot was touched"],
    [words.includes("shut off (daemon)"), "no message says that the domain is off"],
    [words.includes("virsh start "), "no message says what to type"],
    [!kept || words.includes("virsh snapshot-revert "), "no message says how to go back to what it had"],
    [orphans.every((tag) => words.includes(tag)), `orphaned tags: ${orphans.join()}`],
  ];
  return claims.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}

/** The snapshots that stay when everything is as before the operation. */
function kept({ operation, seen }: Story): readonly string[] {
  if (operation === "safely") return seen.next.snapshots;
  return CREATES.includes(operation) ? [] : [operation];
}

function isAsBefore(before: Seen, now: Seen): boolean {
  return stateOf(before) === stateOf(now);
}

function quoted(operation: Operation): string {
  return `"${operation}"`;
}

/** Without the reason, except where a domain is paused. */
function stateOf({ state }: Seen): string {
  return state.replace(/ \(.*/, "");
}
