import { quote, VirshError } from "../errors.js";
import { withTimeLeft } from "../hypervisor/act.js";
import type { Host } from "../hypervisor/host.js";
import type { Operation } from "../hypervisor/operation.js";
import { describe } from "./describe/describe.js";
import { IncompleteError } from "./incomplete.js";
import type { SnapshotInputs } from "./inputs.js";
import { plan, type Plan, type Step } from "./plan.js";
import { read } from "./read.js";
import { revert } from "./revert/revert.js";
import { withInputs, type PartialState, type SnapshotState } from "./state.js";

/** Carries out the plan from `state` to `inputs`. The operation's host is the one behind the new URI. */
export function update(
  operation: Operation,
  state: PartialState,
  inputs: SnapshotInputs,
): Promise<SnapshotState> {
  const { host, memory } = operation;
  return memory.queue.inTurn(state.domainUuid, async () => {
    // A state that could not be read back has to be completed before anything is planned on it.
    const complete = isComplete(state) ? state : await reread(host, state);
    const planned = plan(complete, inputs);
    let wanted = withInputs(complete, inputs);
    for (const step of planned.steps) {
      wanted = { ...wanted, ...(await carryOut(operation, complete, step)) };
    }
    if (onlyRecords(planned)) return wanted;
    return readAfter(host, wanted, planned);
  });
}

/** Does one step, and returns what the state remembers of it. */
async function carryOut(
  operation: Operation,
  state: SnapshotState,
  step: Step,
): Promise<Partial<SnapshotState>> {
  switch (step.do) {
    case "record":
      return {};
    case "reconnect":
      await reread(operation.host, state);
      return {};
    case "describe":
      await describe(operation, state, step.description);
      return {};
    case "revert":
      return revert(operation, state, step);
  }
}

/** The state again, from the host. It is an error if the snapshot does not exist any more. */
async function reread(host: Host, state: PartialState): Promise<SnapshotState> {
  const found = await read(host, state);
  if ("state" in found) return found.state;
  throw new VirshError({
    kind: "NotFound",
    tried: `find snapshot ${quote(state.name)} of ${state.domainName}${host.shownUri === undefined ? "" : ` at ${host.shownUri}`}`,
    said: found.gone,
    next: "Check uri, or refresh to see what is left.",
  });
}

async function readAfter(host: Host, wanted: SnapshotState, planned: Plan): Promise<SnapshotState> {
  try {
    return await reread(withTimeLeft(host), wanted);
  } catch (error) {
    if (!planned.steps.some(({ do: what }) => what === "revert")) throw error;
    throw new IncompleteError(
      wanted,
      `${wanted.domainName} went back to snapshot ${quote(wanted.name)}, but it could not be read back: ` +
        `${error instanceof Error ? error.message : String(error)} The revert will not be done again.`,
      error,
    );
  }
}

function onlyRecords({ steps }: Plan): boolean {
  return steps.every((step) => step.do === "record");
}

function isComplete(state: PartialState): state is SnapshotState {
  return state.creationTime !== undefined;
}
