import { quote, type VirshError } from "../../errors.js";
import { info, warning, type Notice } from "../../hypervisor/notice.js";
import type { SnapshotInputs } from "../inputs.js";
import type { Plan, Revert } from "../plan.js";
import { takesOthersAlong } from "../replacement.js";
import type { Reversal } from "../revert/decide.js";
import type { SafetyPlan } from "../revert/safety.js";
import type { PartialState } from "../state.js";
import { isKnown } from "../../schema/unknown.js";

/** What was seen on the host of what a plan will meet; nothing of it where the host could not be asked. */
export interface Outlook {
  reversal?: Reversal | undefined;
  /** Why the revert cannot even be worked out: its snapshot is gone. */
  lost?: VirshError | undefined;
  /** The snapshots that came after the one that goes. */
  descendants?: readonly string[] | undefined;
}

/** What a reviewer has to know of a plan before it is carried out: a line each, nothing when nothing is lost. */
export function previewLines(
  plan: Plan,
  state: PartialState,
  inputs: SnapshotInputs,
  outlook: Outlook = {},
): Notice[] {
  const revert = plan.steps.find((step) => step.do === "revert");
  return [
    ...(revert === undefined ? [] : revertLines(revert, outlook)),
    ...(plan.replaces.length > 0 ? replacementLines(plan, state, inputs, outlook) : []),
    ...(widensScope(plan, inputs) ? [scopeLine(state, inputs, outlook)] : []),
  ];
}

function revertLines(step: Revert, { reversal, lost }: Outlook): Notice[] {
  const failure = lost ?? reversal?.refusal;
  return [
    ...(failure === undefined ? [] : [failureLine(step, failure.said, failure.next)]),
    ...(reversal?.needsForce === undefined
      ? []
      : [failureLine(step, reversal.needsForce, "revert.force: true does it all the same.")]),
    revertLine(step, reversal),
  ];
}

function failureLine({ domainName, target }: Revert, said: string, next: string | undefined): Notice {
  const what = `the revert of ${domainName} to snapshot ${quote(target.name)} would fail as things are now`;
  // What a preview tells has not been tried: that nothing was changed goes without saying.
  const remedy = next?.replace("Nothing was changed. ", "") ?? "";
  return warning(`${what}: ${said}. ${remedy}`.trim());
}

/** What a revert will do, as far as it is known. */
export function revertLine(
  { domainName, target, memory, maybe, drift }: Revert,
  reversal: Reversal | undefined,
): Notice {
  const will = maybe ? "will, if revert.triggers turn out to differ, go" : "will go";
  const why = drift ? " (another snapshot is current, and revert.onDrift is set)" : "";
  const lost = memory
    ? "everything since then, on disk and in memory, is discarded"
    : "everything since then on disk is discarded, and the memory of a running domain with it";
  const { safety, losses = [] } = reversal ?? {};
  const clauses = [
    safety === undefined ? lost : keptIn(safety),
    ...(safety?.prune ?? []).map(({ name }) => `the older safety snapshot ${quote(name)} is deleted`),
    ...losses,
  ];
  return warning(
    `${domainName} ${will} back to snapshot ${quote(target.name)}, ${taken(target)}${why}: ${clauses.join("; ")}.`,
  );
}

function keptIn({ name, diskOnly }: SafetyPlan): string {
  return diskOnly
    ? `everything since then on disk is kept in a new snapshot ${quote(name)}, the memory of a running domain is not`
    : `everything since then is kept in a new snapshot ${quote(name)}`;
}

function replacementLines(
  plan: Plan,
  state: PartialState,
  inputs: SnapshotInputs,
  outlook: Outlook,
): Notice[] {
  const line = plan.deleteBeforeReplace ? gapLine(plan, state) : renameLine(state, inputs);
  const along = goesAlong(state, outlook);
  if (along.length === 0) return [line];
  return [
    line,
    warning(
      `Deleted together with snapshot ${quote(state.name)} of ${state.domainName}: ${along.join(" and ")}.`,
    ),
  ];
}

function goesAlong({ safetySnapshots = [], deleteScope }: PartialState, { descendants }: Outlook): string[] {
  const safety = safetySnapshots.map(({ name }) => name);
  const ours = safety.map((name) => `its safety snapshot ${quote(name)}`);
  if (!takesOthersAlong(deleteScope)) return ours;
  const scope = `(deleteScope ${quote(deleteScope)})`;
  if (descendants === undefined) return [...ours, `all that came after it ${scope}`];
  const others = descendants.filter((name) => !safety.includes(name));
  return others.length === 0
    ? ours
    : [...ours, `${others.map(quote).join(", ")}, which came after it ${scope}`];
}

function gapLine({ replaces }: Plan, state: PartialState): Notice {
  return warning(
    `snapshot ${quote(state.name)} of ${state.domainName}, ${taken(state)}, is deleted before a new one of today's state ` +
      `is taken, because ${replaces.join(", ")} changed under an unchanged name: between the two there is no recovery ` +
      "point. Change the name as well, and the new one is taken first.",
  );
}

/** A snapshot is not renamed: under the new name is another moment, and the old one goes. */
function renameLine(state: PartialState, { name, domain }: SnapshotInputs): Notice {
  const fresh = isKnown(name) ? `snapshot ${quote(name)}` : "a new snapshot";
  const of = isKnown(domain) ? ` of ${domain}` : "";
  return info(
    `${fresh}${of} is taken of today's state first; then snapshot ${quote(state.name)} of ${state.domainName}, ` +
      `${taken(state)}, is deleted.`,
  );
}

/** Whether deletes that are still to come take more along than the snapshot. */
export function widensScope({ steps }: Plan, { deleteScope }: SnapshotInputs): boolean {
  const changed = steps.some((step) => step.do === "record" && step.properties.includes("deleteScope"));
  return changed && takesOthersAlong(deleteScope);
}

/** The one chance to tell it: a resource that is removed from the program is deleted without a question. */
function scopeLine(state: PartialState, { deleteScope }: SnapshotInputs, { descendants }: Outlook): Notice {
  const what =
    deleteScope === "children"
      ? "also deletes all that came after it"
      : "deletes all that came after it, and not itself";
  return info(
    `From now on, deleting snapshot ${quote(state.name)} of ${state.domainName} ${what} ` +
      `(deleteScope ${quote(deleteScope)})${today(descendants)}.`,
  );
}

function today(descendants: readonly string[] | undefined): string {
  if (descendants === undefined) return "";
  return descendants.length === 0
    ? "; today nothing did"
    : `; today these are ${descendants.map(quote).join(", ")}`;
}

function taken({ creationTime }: { creationTime?: string | undefined }): string {
  return creationTime === undefined ? "taken at a time that is still to be read" : `taken ${creationTime}`;
}
