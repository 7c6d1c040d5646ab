import { isVirshError, quote } from "../../errors.js";
import { withDescription } from "../../xml/snapshot.js";
import type { Host } from "../../hypervisor/host.js";
import type { PartialState } from "../state.js";
import { readTarget } from "../identity.js";

/** Edits the description in place: parent, children, creation time and which snapshot is current stay as they are. */
export async function describe(
  host: Host,
  state: PartialState,
  description: string | undefined,
): Promise<void> {
  const tried = `edit the description of snapshot ${quote(state.name)} of ${state.domainName}`;
  const { xml } = await readTarget(host, state, tried);
  try {
    await host.redefineSnapshot(state.domainUuid, withDescription(xml, description));
  } catch (error) {
    throw isVirshError(error) ? error.with({ tried }) : error;
  }
}
