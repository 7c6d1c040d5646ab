import { quote } from "../errors.js";
import type { Plan, Revert } from "./plan.js";
import type { Reversal } from "./reversal.js";
import type { SafetyPlan } from "./safety.js";
import type { PartialState } from "./state.js";

/** What a reviewer has to know of a plan before it is carried out: a line each, nothing when nothing is lost. */
export function previewLines(plan: Plan, state: PartialState, reversal?: Reversal): string[] {
  const lines = plan.steps.flatMap((step) => (step.do === "revert" ? [revertLine(step, reversal)] : []));
  if (plan.deleteBeforeReplace) lines.push(gapLine(plan, state));
  return lines;
}

function revertLine(
  { domainName, target, memory, maybe, drift }: Revert,
  reversal: Reversal | undefined,
): string {
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
  return `${domainName} ${will} back to snapshot ${quote(target.name)}, ${taken(target)}${why}: ${clauses.join("; ")}.`;
}

function keptIn({ name, diskOnly }: SafetyPlan): string {
  return diskOnly
    ? `everything since then on disk is kept in a new snapshot ${quote(name)}, the memory of a running domain is not`
    : `everything since then is kept in a new snapshot ${quote(name)}`;
}

function gapLine({ replaces }: Plan, state: PartialState): string {
  return (
    `snapshot ${quote(state.name)} of ${state.domainName}, ${taken(state)}, is deleted before a new one of today's state ` +
    `is taken, because ${replaces.join(", ")} changed under an unchanged name: between the two there is no recovery ` +
    "point. Change the name as well, and the new one is taken first."
  );
}

function taken({ creationTime }: { creationTime?: string | undefined }): string {
  return creationTime === undefined ? "taken at a time that is still to be read" : `taken ${creationTime}`;
}
