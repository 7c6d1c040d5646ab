import { quote } from "../errors.js";
import { withTimeLeft } from "../hypervisor/act.js";
import type { Operation } from "../hypervisor/operation.js";
import { describe } from "./describe/describe.js";
import type { SnapshotInputs } from "./inputs.js";
import { restoreLost } from "./lost-definition.js";
import { plan, type Plan, type Step } from "./plan.js";
import { readAgain } from "./read.js";
import { proveReverted } from "./revert/prove.js";
import { underNewName } from "./renamed-domain.js";
import { revert } from "./revert/revert.js";
import { expectHost } from "./which-host.js";
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
    const listed = await restoreLost(operation, inputs.uri === state.uri ? state : withoutHost(state));
    const read = isComplete(listed) ? listed : await readAgain(host, listed);
    const complete = await underNewName(() => host, read, inputs);
    const planned = plan(complete, inputs);
    let wanted = withInputs(complete, inputs);
    if (onlyRecords(planned)) return wanted;
    const tried = `update snapshot ${quote(complete.name)} of ${complete.domainName}`;
    await expectHost(host, complete, tried);
    for (const step of planned.steps) {
      wanted = { ...wanted, ...(await carryOut(operation, complete, inputs, step)) };
    }
    const reverts = planned.steps.some((step) => step.do === "revert");
    return reverts ? proveReverted(host, wanted) : readAgain(withTimeLeft(host), wanted);
  });
}

/** Does one step, and returns what the state remembers of it. */
async function carryOut(
  operation: Operation,
  state: SnapshotState,
  inputs: SnapshotInputs,
  step: Step,
): Promise<Partial<SnapshotState>> {
  switch (step.do) {
    case "record":
      return {};
    case "reconnect":
      await readAgain(operation.host, state);
      return {};
    case "define again":
      return {};
    case "describe":
      await describe(operation, state, inputs);
      return {};
    case "revert":
      return revert(operation, state, step);
  }
}

/** A changed URI declares that the snapshot may be on another host; the one it is found on is recorded. */
function withoutHost({ host: _former, ...state }: PartialState): PartialState {
  return state;
}

function onlyRecords({ steps }: Plan): boolean {
  return steps.every((step) => step.do === "record");
}

function isComplete(state: PartialState): state is SnapshotState {
  return state.creationTime !== undefined;
}
