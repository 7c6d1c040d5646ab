import type { Operation } from "../../hypervisor/operation.js";
import { editDescription } from "../edit-description.js";
import type { SnapshotInputs } from "../inputs.js";
import type { PartialState } from "../state.js";

/** Gives the snapshot another description, in place. The caller holds the domain's turn, and reads it back. */
export function describe(operation: Operation, state: PartialState, inputs: SnapshotInputs): Promise<void> {
  return editDescription(operation, state, state.domainName, inputs);
}
