import { isVirshError, quote } from "../../errors.js";
import { Interrupted, withTimeLeft } from "../../hypervisor/act.js";
import { warning } from "../../hypervisor/notice.js";
import type { Operation } from "../../hypervisor/operation.js";
import { take } from "../create/act.js";
import { decideTake, refusalError } from "../create/decide.js";
import { lookBeforeCreate } from "../create/look.js";
import { deleteOne } from "../delete/delete-one.js";
import { toRfc3339 } from "../facts.js";
import type { SafetySnapshot } from "../outputs.js";
import type { Revert } from "../plan.js";
import { safetyName, safetyStates } from "../safety-snapshots.js";
import type { PartialState } from "../state.js";
import type { RevertFacts } from "./look.js";

/** The snapshot of the current state that is taken before a revert, and which older ones are deleted for it. */
export interface SafetyDecision {
  name: string;
  diskOnly: boolean;
  prune: SafetySnapshot[];
  /** The one of an earlier attempt that failed, where it holds all there is; otherwise a new one is taken. */
  complete?: SafetySnapshot;
}

/** Pure. The safety snapshot has the mode of the target, because both are kept in the same images. */
export function decideSafety(
  { options, target, taken }: Revert,
  { snapshot, complete }: RevertFacts,
  time: Date,
): SafetyDecision | undefined {
  const keep = options.safetySnapshot?.keep;
  if (keep === undefined) return undefined;
  // What failed attempts left stays until a revert has succeeded: only the next one prunes them.
  const settled = taken.filter(({ pending }) => pending === undefined);
  return {
    name: complete?.name ?? safetyName(target.name, time),
    diskOnly: snapshot.disks.some((disk) => disk.snapshot === "external"),
    prune: settled.slice(0, Math.max(0, settled.length + 1 - keep)),
    ...(complete === undefined ? {} : { complete }),
  };
}

/** A safety snapshot that was taken, or may be under way, and could not be read back. It must be kept in the state. */
export class SafetyIncomplete extends Error {
  constructor(
    readonly safety: SafetySnapshot,
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** Takes it, unless there is one. If that fails, nothing is reverted. */
export async function takeSafety(
  operation: Operation,
  { target, domainName }: Revert,
  { name, diskOnly, complete }: SafetyDecision,
): Promise<SafetySnapshot> {
  if (complete !== undefined) return complete;
  const { host } = operation;
  const domain = { uuid: target.domainUuid, name: domainName };
  const description = `State of ${domainName} before it went back to ${target.name}`;
  const inputs = { domain: domain.uuid, name, description, diskOnly };
  const facts = await lookBeforeCreate(host, domain, inputs);
  const decision = decideTake(inputs, facts);
  if (decision.do === "refuse") throw refusalError(domain, name, decision);
  let taken = false;
  try {
    await take(operation, inputs, facts, decision.request);
    taken = true;
    const { snapshot } = await withTimeLeft(host).readSnapshot(domain.uuid, name);
    return { name, creationTime: toRfc3339(snapshot.creationTime) };
  } catch (error) {
    if (error instanceof Interrupted)
      throw error.outcome.is === "not done" ? error.cause : new SafetyIncomplete({ name }, error.cause);
    if (taken && isVirshError(error)) throw new SafetyIncomplete({ name }, error);
    throw error;
  }
}

/**
 * Deletes those among `prune` that are still the ones that were taken, and returns which of all stay. One that cannot be
 * deleted stays for the next time: the revert is done, and this failure must not undo that.
 */
export async function pruneSafety(
  operation: Operation,
  state: PartialState,
  prune: readonly SafetySnapshot[],
): Promise<SafetySnapshot[]> {
  const { safetySnapshots = [], domainName } = state;
  const gone: string[] = [];
  for (const each of safetyStates({ ...state, safetySnapshots: [...prune] })) {
    try {
      await deleteOne(operation, each);
      gone.push(each.name);
    } catch (error) {
      if (!isVirshError(error)) throw error;
      operation.tell(
        warning(
          `The old safety snapshot ${quote(each.name)} of ${domainName} stays for now: ${error.message}`,
        ),
      );
    }
  }
  return safetySnapshots.filter(({ name }) => !gone.includes(name));
}
