import { isDeepStrictEqual } from "node:util";
import { quote, quoteAll, VirshError } from "../../errors.js";
import type { QueryHost } from "../../hypervisor/host.js";
import { expectUnchanged } from "../changed.js";
import type { PartialState } from "../state.js";
import { decideDelete, type DeleteDecision } from "./decide.js";
import { deletePhrase, lookBeforeDelete, type DeleteFacts } from "./look.js";

/**
 * Right before libvirt deletes a snapshot: it is still the one that is meant, and what was decided on it would be decided
 * again. Throws `NotFound` where the snapshot is gone, or another one has its name.
 */
export async function confirmDelete(
  host: QueryHost,
  waited: boolean,
  state: PartialState,
  facts: DeleteFacts,
  decision: DeleteDecision,
): Promise<void> {
  const tried = deletePhrase(state);
  const now = await lookBeforeDelete(host, waited ? state : withoutImageDates(state));
  if (now === undefined) {
    throw new VirshError({
      kind: "NotFound",
      tried,
      said: "it was deleted or replaced in the meantime",
      begun: false,
    });
  }
  const again = decideDelete(state, now);
  if (again.refusal !== undefined) throw again.refusal.with({ begun: false });
  expectUnchanged(tried, [
    { what: "what came after it", was: listed(facts.descendants), is: listed(now.descendants) },
    // Of an external snapshot: what it does to the overlays follows from where the domain is now.
    ...(isDeepStrictEqual(again, decision)
      ? []
      : [
          { what: "the current snapshot", was: current(facts), is: current(now) },
          { what: "what the delete does", was: deed(decision), is: deed(again) },
        ]),
  ]);
}

/** The image was read a moment ago, and takes another process to read. */
function withoutImageDates({ capturedDisks: _read, ...state }: PartialState): PartialState {
  return state;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : quoteAll(names);
}

function deed({ request, abandons }: DeleteDecision): string {
  const first = request.metadata === true ? "to forget it" : "to delete its data";
  return abandons ? `${first} and its overlay` : first;
}

function current({ external }: DeleteFacts): string {
  return external?.current === undefined ? "none" : quote(external.current);
}
