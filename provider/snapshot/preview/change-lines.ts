import { quote, quoteAll, type VirshError } from "../../errors.js";
import { info, warning, type Notice } from "../../hypervisor/notice.js";
import { isKnown } from "../../schema/unknown.js";
import { scopeOf } from "../delete-scope.js";
import { whenTaken } from "../identity.js";
import type { SnapshotInputs } from "../inputs.js";
import type { Plan, Revert } from "../plan.js";
import type { RevertDecision } from "../revert/decide.js";
import { revertLine } from "../revert/lines.js";
import type { PartialState } from "../state.js";

/** What was seen on the host before a change; empty where the host could not be asked. */
export interface ChangeFacts {
  revert?: RevertDecision | undefined;
  /** Why the revert cannot even be decided: its snapshot is gone. */
  lost?: VirshError | undefined;
  /** The snapshots that came after the one that goes. */
  descendants?: readonly string[] | undefined;
  /** The domain of the snapshot is about to be replaced, or the preview cannot know yet whether it is. */
  domain?: "replaced" | "unknown" | undefined;
}

/** What a reviewer has to know of a plan before it is carried out. No lines when nothing is lost. */
export function changeLines(
  plan: Plan,
  state: PartialState,
  inputs: SnapshotInputs,
  facts: ChangeFacts = {},
): Notice[] {
  const revert = plan.steps.find((step) => step.do === "revert");
  return [
    ...(revert === undefined ? [] : revertLines(revert, facts)),
    ...(plan.replaces.length > 0 ? replacementLines(plan, state, inputs, facts) : []),
    ...(widensScope(plan, inputs) ? [scopeLine(state, inputs, facts)] : []),
  ];
}

function revertLines(step: Revert, { revert, lost }: ChangeFacts): Notice[] {
  const failure = lost ?? revert?.refusal;
  return [
    ...(failure === undefined ? [] : [failureLine(step, failure.said, failure.next)]),
    ...(revert?.needsForce === undefined
      ? []
      : [failureLine(step, revert.needsForce, "Set revert.force: true if you can afford to lose that.")]),
    revertLine(step, revert),
  ];
}

function failureLine({ domainName, target }: Revert, said: string, next: string | undefined): Notice {
  return warning(
    `Reverting ${domainName} to snapshot ${quote(target.name)} would fail: ${said}. ${next ?? ""}`.trim(),
  );
}

function replacementLines(
  plan: Plan,
  state: PartialState,
  inputs: SnapshotInputs,
  facts: ChangeFacts,
): Notice[] {
  const line =
    facts.domain !== undefined
      ? lossLine(state, facts.domain)
      : plan.deleteBeforeReplace
        ? gapLine(plan, state)
        : renameLine(state, inputs);
  const along = goesAlong(state, facts);
  if (along.length === 0) return [line];
  return [
    line,
    warning(
      `Deleted together with snapshot ${quote(state.name)} of ${state.domainName}: ${along.join(" and ")}.`,
    ),
  ];
}

function goesAlong(
  { safetySnapshots = [], deleteScope }: PartialState,
  { descendants }: ChangeFacts,
): string[] {
  const safety = safetySnapshots.map(({ name }) => name);
  const own = safety.map((name) => `its safety snapshot ${quote(name)}`);
  if (!scopeOf({ deleteScope }).descendants) return own;
  const scope = `(deleteScope ${quote(deleteScope)})`;
  if (descendants === undefined) return [...own, `everything that came after it ${scope}`];
  const others = descendants.filter((name) => !safety.includes(name));
  return others.length === 0 ? own : [...own, `${quoteAll(others)}, which came after it ${scope}`];
}

function gapLine({ replaces }: Plan, state: PartialState): Notice {
  return warning(
    `Snapshot ${quote(state.name)} of ${state.domainName}, ${whenTaken(state)}, is deleted before a new one of the ` +
      `current state is taken, because ${replaces.join(", ")} changed and the name did not: between the two there is ` +
      "no recovery point. Change the name too to have the new one taken first.",
  );
}

/** Nothing of the recovery point stays: the new snapshot is of another domain. */
function lossLine(state: PartialState, domain: NonNullable<ChangeFacts["domain"]>): Notice {
  const { name, domainName } = state;
  const who = `Snapshot ${quote(name)} of ${domainName}, ${whenTaken(state)},`;
  if (domain === "replaced")
    return warning(
      `${who} will be lost: it is deleted with its domain, which is about to be replaced. The new snapshot captures ` +
        "the new domain. To keep this recovery point, undo the change that replaces the domain.",
    );
  return warning(
    `${who} may be lost: this preview does not know yet whether its domain is replaced. If it is, the snapshot is ` +
      "deleted, and the new one captures the new domain.",
  );
}

/** A snapshot cannot be renamed: the new name captures another moment, and the old snapshot is deleted. */
function renameLine(state: PartialState, { name, domain }: SnapshotInputs): Notice {
  const fresh = isKnown(name) ? `Snapshot ${quote(name)}` : "A new snapshot";
  const of = isKnown(domain) ? ` of ${domain}` : "";
  return info(
    `${fresh}${of} is taken of the current state first; then snapshot ${quote(state.name)} of ${state.domainName}, ` +
      `${whenTaken(state)}, is deleted.`,
  );
}

/** Whether deletes that are still to come take more along than the snapshot. */
export function widensScope({ steps }: Plan, { deleteScope }: SnapshotInputs): boolean {
  const changed = steps.some((step) => step.do === "record" && step.properties.includes("deleteScope"));
  return changed && scopeOf({ deleteScope }).descendants;
}

/** The only chance to say it: a resource that is removed from the program is deleted without another look. */
function scopeLine(
  state: PartialState,
  { deleteScope }: SnapshotInputs,
  { descendants }: ChangeFacts,
): Notice {
  const what =
    deleteScope === "children"
      ? "also deletes everything that came after it"
      : "deletes everything that came after it, but not the snapshot itself";
  return info(
    `From now on, deleting snapshot ${quote(state.name)} of ${state.domainName} ${what} ` +
      `(deleteScope ${quote(deleteScope)})${now(descendants)}.`,
  );
}

function now(descendants: readonly string[] | undefined): string {
  if (descendants === undefined) return "";
  return descendants.length === 0 ? "; now nothing does" : `; now these are ${quoteAll(descendants)}`;
}
