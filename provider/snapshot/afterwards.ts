import { holdsState } from "../capabilities/snapshot-shape.js";
import { quote } from "../errors.js";
import type { QueryHost } from "../hypervisor/host.js";
import type { DomainCondition, DomainRef, DomainState } from "../hypervisor/results.js";

/** What a domain does after an operation on it that failed. */
export interface Afterwards extends DomainCondition {
  /** Disks that are in a block job, and the kind of job. */
  jobs: readonly { disk: string; kind: string }[];
}

export async function lookAfterwards(later: QueryHost, uuid: string): Promise<Afterwards> {
  const { disks } = await later.domainXml(uuid);
  // A daemon that has just started answers these only once it is connected to QEMU again. Until then, the state is the
  // one that it has written down.
  const jobs: { disk: string; kind: string }[] = [];
  for (const { target } of disks.filter(holdsState)) {
    const kind = await later.blockJob(uuid, target);
    if (kind !== undefined) jobs.push({ disk: target, kind });
  }
  return { ...(await later.domainCondition(uuid)), jobs };
}

/** Why libvirt pauses a domain for its own work; a person who pauses it is `user`. */
const OWN_REASONS = ["saving", "creating snapshot", "migrating"];

/** Whether the domain is paused for work on a snapshot that nobody does any more. Known of a domain that no job holds. */
export function isLeftPaused({ state, reason }: DomainCondition): boolean {
  return state === "paused" && OWN_REASONS.includes(reason);
}

/** What the domain does, and what to type for it to do something else. */
export function conditionSentences({ uuid, name }: DomainRef, { state, reason, jobs }: Afterwards): string[] {
  const isPlain = state === "running" || reason === "unknown";
  const shown = isPlain ? state : `${state} (${reason})`;
  const wayOut = WAYS_OUT[state]?.(uuid);
  return [
    `${name} is ${quote(shown)} now.`,
    ...(wayOut === undefined ? [] : [wayOut]),
    ...jobs.map(
      ({ disk, kind }) =>
        `Its disk ${disk} is in a block job (${kind}). To see how far it is: virsh blockjob ${uuid} ${disk} --info.`,
    ),
  ];
}

/** What is said of a domain that could not be looked at, and why. */
export function unseenSentence({ uuid, name }: DomainRef, why: string): string {
  return `The state of ${name} could not be read (${why}). To look: virsh domstate ${uuid} --reason.`;
}

/** What to type for a domain in a state that nobody leaves it in on purpose. */
const WAYS_OUT: Partial<Record<DomainState, (uuid: string) => string>> = {
  paused: (uuid) => `To let it go on: virsh resume ${uuid}.`,
  "shut off": (uuid) => `To start it as it is: virsh start ${uuid}.`,
  pmsuspended: (uuid) => `To wake it up: virsh dompmwakeup ${uuid}.`,
  crashed: (uuid) => `To stop what is left of it: virsh destroy ${uuid}.`,
};
