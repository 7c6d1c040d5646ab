import { quote } from "../../errors.js";
import { withTimeLeft } from "../../hypervisor/act.js";
import type { Host } from "../../hypervisor/host.js";
import { IncompleteError } from "../incomplete.js";
import { readAgain } from "../read.js";
import type { SnapshotState } from "../state.js";

/** Reads the snapshot back after a revert. If that fails, the state still remembers the revert, so it is not repeated. */
export async function proveReverted(host: Host, reverted: SnapshotState): Promise<SnapshotState> {
  try {
    return await readAgain(withTimeLeft(host), reverted);
  } catch (error) {
    throw new IncompleteError(
      reverted,
      `${reverted.domainName} went back to snapshot ${quote(reverted.name)}, but it could not be read back: ` +
        `${error instanceof Error ? error.message : String(error)} The revert will not be done again.`,
      error,
    );
  }
}
