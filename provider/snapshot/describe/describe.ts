import type { Operation } from "../../hypervisor/operation.js";
import { describePhrase, editDescription } from "../edit-description.js";
import { readTarget } from "../identity.js";
import type { PartialState } from "../state.js";

/** Gives the snapshot another description, in place. The caller holds the domain's turn. */
export async function describe(
  operation: Operation,
  state: PartialState,
  description: string | undefined,
): Promise<void> {
  const domain = { uuid: state.domainUuid, name: state.domainName };
  const document = await readTarget(operation.host, state, describePhrase(domain, state.name));
  await editDescription(operation, domain, document, description);
}
