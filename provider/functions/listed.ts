import { isVirshError, quote, VirshError } from "../errors.js";
import type { DomainRef } from "../hypervisor/host.js";
import { dumpSnapshot, listSnapshots, type SnapshotFilter } from "../virsh/commands/snapshot.js";
import { valueOf, type Answer } from "../virsh/answer.js";
import { parseSnapshot, type SnapshotXml } from "../xml/snapshot.js";
import type { Command } from "../virsh/commands/command.js";
import type { QuestionHost } from "../hypervisor/function-host.js";

/**
 * The snapshots of these names, as `snapshot-list --name` printed them with `filter`. One that was deleted in the
 * meantime is left out. Throws where a name holds a line break, for virsh prints one name a line: then there are lines
 * that name nothing, or two that are the same.
 */
export async function readListed(
  host: QuestionHost,
  { uuid, name: domain }: DomainRef,
  filter: SnapshotFilter,
  names: readonly string[],
): Promise<SnapshotXml[]> {
  const broken = names.find((name, index) => name === "" || names.indexOf(name) !== index);
  if (broken !== undefined) throw lineBreak(domain, broken);
  if (names.length === 0) return [];
  const answers = await host.askAll(
    uuid,
    names.map((name) => readSnapshot(uuid, name)),
  );
  const missing = names.filter((_, index) => isMissing(answers[index]));
  if (missing.length > 0) {
    const [again] = await host.askAll<[string[]]>(uuid, [listSnapshots(uuid, filter)]);
    const still = missing.find((name) => valueOf(again).includes(name));
    if (still !== undefined) throw lineBreak(domain, still);
  }
  return answers.filter((answer) => !isMissing(answer)).map(valueOf);
}

/** Without passwords: nothing of them is needed here. */
export function readSnapshot(uuid: string, name: string): Command<SnapshotXml> {
  return dumpSnapshot(uuid, name, { security: false }, parseSnapshot);
}

function isMissing(answer: Answer<unknown> | undefined): boolean {
  return answer !== undefined && "error" in answer && isVirshError(answer.error, "NotFound");
}

function lineBreak(domain: string, line: string): VirshError {
  return new VirshError({
    kind: "Unsupported",
    tried: `list the snapshots of ${domain}`,
    said: `a snapshot's name holds a line break, and virsh lists one name a line: ${quote(line)} is a part of it`,
    next: "Delete that snapshot, or take another under a better name. getSnapshot reads it by its whole name.",
  });
}
