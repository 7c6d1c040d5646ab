import { isVirshError, quote, type VirshError } from "../../errors.js";
import type { Tell } from "../../hypervisor/wait-until-free.js";
import { erase } from "../delete/delete-one.js";
import type { Host } from "../../hypervisor/host.js";
import type { Revert } from "../plan.js";
import type { Situation } from "./look.js";
import { toRfc3339, type PartialState, type SafetySnapshot } from "../state.js";
import { take } from "../create/take.js";
import { MAX_NAME_BYTES } from "../../schema/text-rules.js";
import { mayStillRun } from "../../hypervisor/watch.js";

/** The snapshot of today's state that is taken before a revert, and which older ones go for it. */
export interface SafetyPlan {
  name: string;
  diskOnly: boolean;
  prune: SafetySnapshot[];
}

/** Pure. It is of the same mode as the target, for the two are kept in the same images. */
export function safetyPlan(
  { options, target, taken }: Revert,
  { snapshot }: Situation,
  time: Date,
): SafetyPlan | undefined {
  const keep = options.safetySnapshot?.keep;
  if (keep === undefined) return undefined;
  const diskOnly = snapshot.disks.some((disk) => disk.snapshot === "external");
  return {
    name: safetyName(target.name, time),
    diskOnly,
    prune: taken.slice(0, Math.max(0, taken.length + 1 - keep)),
  };
}

/** `NAME-before-revert-20261124T190035Z`, the name cut to what fits. */
function safetyName(name: string, time: Date): string {
  const suffix = `-before-revert-${time.toISOString().replace(/[-:]|\.\d+/g, "")}`;
  const room = MAX_NAME_BYTES - suffix.length;
  // A character that the cut goes through is left out whole.
  const start = new TextDecoder().decode(Buffer.from(name).subarray(0, room), { stream: true });
  return start + suffix;
}

const TIME_LENGTH = "20261124T190035Z".length;

/**
 * Tells of safety snapshots that no state remembers: a revert that was cut short took them. They are not pruned, for
 * another program may have taken them for the same snapshot.
 */
export async function tellStrays(host: Host, state: PartialState, tell: Tell): Promise<void> {
  const { domainUuid, domainName, safetySnapshots = [] } = state;
  const remembered = safetySnapshots.map(({ name }) => name);
  const start = safetyName(state.name, new Date(0)).slice(0, -TIME_LENGTH);
  const isSafety = (name: string) =>
    name.startsWith(start) && /^\d{8}T\d{6}Z$/.test(name.slice(start.length));
  const strays = (await host.listSnapshots(domainUuid)).filter(
    (name) => isSafety(name) && !remembered.includes(name),
  );
  if (strays.length === 0) return;
  tell(
    `${strays.map(quote).join(", ")} of ${domainName}: taken before an earlier revert that was cut short, and in no state. ` +
      "Delete what is not needed of it with virsh snapshot-delete.",
  );
}

/** What was left of an attempt: nothing, or a snapshot that is to be remembered whether or not it could be read back. */
export class SafetyIncomplete extends Error {
  constructor(
    readonly safety: SafetySnapshot,
    cause: VirshError,
  ) {
    super(cause.message, { cause });
  }
}

/** Takes it. Fails when it cannot: then nothing is reverted. */
export async function takeSafety(
  host: Host,
  { target, domainName }: Revert,
  { name, diskOnly }: SafetyPlan,
  { now }: Situation,
  tell: Tell,
): Promise<SafetySnapshot> {
  const { domainUuid } = target;
  const description = `State of ${domainName} before it went back to ${target.name}`;
  const inputs = { domain: domainUuid, name, description, diskOnly };
  let taken = false;
  try {
    await take(host, { uuid: domainUuid, name: domainName }, now, inputs, tell);
    taken = true;
    const { snapshot } = await host.readSnapshot(domainUuid, name);
    return { name, creationTime: toRfc3339(snapshot.creationTime) };
  } catch (error) {
    if (isVirshError(error) && (taken || mayStillRun(error))) throw new SafetyIncomplete({ name }, error);
    throw error;
  }
}

/**
 * Deletes those among `prune` that are still the ones that were taken, and tells which of all stay. One that cannot be
 * deleted stays for the next time: the revert is done, and this is not to undo that.
 */
export async function pruneSafety(
  host: Host,
  state: PartialState,
  prune: readonly SafetySnapshot[],
  tell: Tell,
): Promise<SafetySnapshot[]> {
  const { safetySnapshots = [], domainName } = state;
  const gone: string[] = [];
  for (const each of safetyStates({ ...state, safetySnapshots: [...prune] })) {
    try {
      await erase(host, each, tell);
      gone.push(each.name);
    } catch (error) {
      if (!isVirshError(error)) throw error;
      tell(`The old safety snapshot ${quote(each.name)} of ${domainName} stays for now: ${error.message}`);
    }
  }
  return safetySnapshots.filter(({ name }) => !gone.includes(name));
}

/** The safety snapshots of a state, each as something that can be deleted. Data that is to stay stays of them, too. */
export function safetyStates(state: PartialState): PartialState[] {
  const { safetySnapshots = [], domain, domainUuid, domainName, schemaVersion, deleteScope } = state;
  return safetySnapshots.map((safety) => ({
    ...safety,
    domain,
    domainUuid,
    domainName,
    schemaVersion,
    deleteScope: deleteScope === "metadata" ? "metadata" : "snapshot",
  }));
}
