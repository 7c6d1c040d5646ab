import { quote } from "../../errors.js";
import { warning, type Notice } from "../../hypervisor/notice.js";
import { whenTaken } from "../identity.js";
import type { Revert } from "../plan.js";
import type { RevertDecision } from "./decide.js";
import type { SafetyDecision } from "./safety.js";

/** What a revert will do, as far as it is known: a preview and an update print the same line. */
export function revertLine(
  { domainName, target, memory, maybe, drift }: Revert,
  decision: RevertDecision | undefined,
): Notice {
  const will = maybe ? "will, if revert.triggers turn out to differ, go" : "will go";
  const why = drift ? " (another snapshot is current, and revert.onDrift is set)" : "";
  const lost = memory
    ? "everything since then, on disk and in memory, is discarded"
    : "everything since then on disk is discarded, and the memory of a running domain with it";
  const { safety, losses = [] } = decision ?? {};
  const clauses = [
    safety === undefined ? lost : keptIn(safety),
    ...(safety?.prune ?? []).map(({ name }) => `the older safety snapshot ${quote(name)} is deleted`),
    ...losses,
  ];
  return warning(
    `${domainName} ${will} back to snapshot ${quote(target.name)}, ${whenTaken(target)}${why}: ${clauses.join("; ")}.`,
  );
}

function keptIn({ name, diskOnly, complete }: SafetyDecision): string {
  if (complete !== undefined)
    return `everything since then is kept in snapshot ${quote(name)}, which an earlier attempt took`;
  return diskOnly
    ? `everything since then on disk is kept in a new snapshot ${quote(name)}, the memory of a running domain is not`
    : `everything since then is kept in a new snapshot ${quote(name)}`;
}
