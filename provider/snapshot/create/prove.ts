import { quote } from "../../errors.js";
import { withTimeLeft } from "../../hypervisor/act.js";
import type { Host } from "../../hypervisor/host.js";
import { achieved, type Evidence } from "../facts.js";
import { withImageDates } from "../image-identity.js";
import { IncompleteError } from "../incomplete.js";
import type { SnapshotInputs } from "../inputs.js";
import type { CreateFacts } from "./look.js";
import { readBack } from "../read.js";
import { recordedAs } from "../which-host.js";
import { partialState, toState, type SnapshotState } from "../state.js";

/** Reads the new snapshot back. One that cannot be read back is kept in the state as far as it is known. */
export async function proveCreated(
  host: Host,
  { domain, identity }: Pick<CreateFacts, "domain" | "identity">,
  inputs: SnapshotInputs,
  seen: Evidence,
): Promise<SnapshotState> {
  const on = recordedAs(identity, inputs.uri);
  try {
    const later = withTimeLeft(host);
    const [document, current] = await readBack(later, domain.uuid, inputs.name);
    const { snapshot } = document;
    const kept = { host: on, consistency: achieved(snapshot, seen) };
    const state = toState(inputs, domain, document, current, kept);
    return { ...state, capturedDisks: await withImageDates(later, snapshot, state.capturedDisks) };
  } catch (error) {
    throw new IncompleteError(
      partialState(domain, inputs, on),
      `Snapshot ${quote(inputs.name)} of ${domain.name} was taken, but could not be read back: ` +
        `${error instanceof Error ? error.message : String(error)} It is kept in the state; the next update completes it.`,
      error,
    );
  }
}
