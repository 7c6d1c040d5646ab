import { isVirshError, quote, quoteAll, sentences, shellQuoted } from "../../../errors.js";
import type { Host } from "../../../hypervisor/host.js";
import type { DomainRef } from "../../../hypervisor/results.js";
import { internalSnapshotXml } from "../../../xml/internal-snapshot.js";
import type { Repair } from "./decide.js";
import type { Attempt, Left, LeftFile } from "./look.js";

/** Carries out a repair, and returns what it did and what it could not do, in sentences. */
export async function repair(
  later: Host,
  attempt: Attempt,
  left: Left,
  decision: Repair,
  now: () => Date,
): Promise<string[]> {
  const { uuid } = attempt.facts.domain;
  const said: string[] = [];
  // What the guest's users notice goes first.
  if (decision.resume)
    said.push(
      // What to type instead is said with the state that it is in then.
      await orElse("", async () => {
        await later.resumeDomain(uuid);
        return "The attempt left the domain paused; it runs again.";
      }),
    );
  if (decision.thaw)
    said.push(
      await orElse(`To thaw them: virsh domfsthaw ${uuid}.`, async () => {
        await later.thawDomain(uuid);
        return "The attempt left its file systems frozen; they are thawed.";
      }),
    );
  if (decision.mayBeFrozen)
    said.push(
      `Its file systems may be frozen. To see it: virsh domfsinfo ${uuid}. To thaw them: virsh domfsthaw ${uuid}.`,
    );
  said.push(...(await settleTag(later, attempt, left, decision, now)));
  if (left.unseen !== undefined)
    said.push(`Whether it left a tag or a file could not be seen (${left.unseen}).`);
  for (const file of left.files) said.push(await removeLeft(later, attempt.facts.domain, file));
  return said;
}

/** What `step` says, or the error and what to type instead. */
async function orElse(command: string, step: () => Promise<string>): Promise<string> {
  try {
    return await step();
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return sentences(error.message, command);
  }
}

async function settleTag(
  later: Host,
  attempt: Attempt,
  { tagged }: Left,
  { tag }: Repair,
  now: () => Date,
): Promise<string[]> {
  if (tag === "none") return [];
  const { uuid } = attempt.facts.domain;
  const { name } = attempt.inputs;
  const images = quoteAll(tagged.map(({ image }) => image));
  const words = `${uuid} ${shellQuoted(name)}`;
  const byHand = tagged.map(({ image }) => `qemu-img snapshot -d ${shellQuoted(name)} ${shellQuoted(image)}`);
  const leave =
    `The attempt left a tag ${quote(name)} in ${images}, which libvirt does not list. ` +
    `To remove it, while the domain is off: ${byHand.join(" && ")}.`;
  if (tag === "leave") return [leave];
  return [
    await orElse(leave, async () => {
      const domain = await later.definitionXml(uuid);
      const { state } = attempt.facts;
      await later.redefineSnapshot(uuid, internalSnapshotXml({ name, state, taken: now(), tagged, domain }));
      if (tag === "keep")
        return (
          `What it had on disk and in memory at that moment is in snapshot ${quote(name)}, which is defined again. ` +
          `To go back to it: virsh snapshot-revert ${words}.`
        );
      const defined = `The attempt left snapshot ${quote(name)}. To remove it: virsh snapshot-delete ${words}.`;
      return orElse(defined, async () => {
        await later.deleteSnapshot(uuid, name, {});
        return `The tag ${quote(name)} that the attempt left in ${images} is removed.`;
      });
    }),
  ];
}

async function removeLeft(
  later: Host,
  { uuid, name }: DomainRef,
  { file, disk, neededBy }: LeftFile,
): Promise<string> {
  if (disk !== undefined)
    return (
      `${name} now writes to the overlay ${quote(file)}, and no snapshot is listed. To merge it into the image below it, ` +
      `while the domain runs: virsh blockcommit ${uuid} ${disk} --active --pivot --wait. ` +
      `After that: rm ${shellQuoted(file)}.`
    );
  const left = `The attempt left the file ${quote(file)}`;
  const command = `rm ${shellQuoted(file)}`;
  if (neededBy !== undefined)
    return `${left}; it stays, because ${neededBy}. To remove it on the host, once nothing needs it: ${command}.`;
  return orElse(`${left}. To remove it on the host: ${command}.`, async () => {
    const isGone = (await later.removeFile(file)) && !(await later.fileExists(file));
    return isGone ? `${left}; it is removed.` : `${left}. To remove it on the host: ${command}.`;
  });
}
