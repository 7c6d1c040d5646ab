import { quote } from "../../errors.js";
import { withTimeLeft } from "../../hypervisor/act.js";
import type { Host } from "../../hypervisor/host.js";
import type { DomainRef } from "../../hypervisor/results.js";
import { achieved, type Evidence } from "../facts.js";
import { withImageDates } from "../image-identity.js";
import { IncompleteError } from "../incomplete.js";
import type { SnapshotInputs } from "../inputs.js";
import { readBack } from "../read.js";
import { partialState, toState, type SnapshotState } from "../state.js";

/** Reads the new snapshot back. One that cannot be read back is kept in the state as far as it is known. */
export async function proveCreated(
  host: Host,
  domain: DomainRef,
  inputs: SnapshotInputs,
  seen: Evidence,
): Promise<SnapshotState> {
  try {
    const later = withTimeLeft(host);
    const [document, current] = await readBack(later, domain.uuid, inputs.name);
    const { snapshot } = document;
    const state = toState(inputs, domain, document, current, { consistency: achieved(snapshot, seen) });
    return { ...state, capturedDisks: await withImageDates(later, snapshot, state.capturedDisks) };
  } catch (error) {
    throw new IncompleteError(
      partialState(domain, inputs),
      `Snapshot ${quote(inputs.name)} of ${domain.name} was taken, but could not be read back: ` +
        `${error instanceof Error ? error.message : String(error)} It is kept in the state; the next update completes it.`,
      error,
    );
  }
}
