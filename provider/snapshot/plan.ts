import { isDeepStrictEqual } from "node:util";
import { quote, VirshError } from "../errors.js";
import { inputFields, type InputField, type SnapshotInputs } from "./inputs.js";
import type { PartialState, Target } from "./state.js";
import { holdsUnknown } from "./unknown.js";

/** One thing an update does, in the order of the plan. */
export type Step =
  /** Inputs that only take part in later operations. */
  | { do: "record"; properties: readonly string[] }
  /** The snapshot is to be reached through another URI. */
  | { do: "reconnect" }
  /** The description is edited in place. */
  | { do: "describe"; description: string | undefined }
  /** The domain goes back to the snapshot. */
  | Revert;

export interface Revert {
  do: "revert";
  domainName: string;
  target: Target;
  /** Whether the snapshot brings memory back, too. */
  memory: boolean;
  triggers: unknown[];
  /** The triggers are not known yet: it reverts only if they turn out to differ. */
  maybe: boolean;
}

/** What will be done for a change of inputs. The preview tells it, the update carries it out. */
export interface Plan {
  /** Property paths whose change needs a new snapshot. With any of these there are no steps. */
  replaces: readonly string[];
  /** The old snapshot has to go before the new one can be taken: both have one name on one domain. */
  deleteBeforeReplace: boolean;
  steps: readonly Step[];
  /** Why it cannot be done at all. */
  refusal?: VirshError;
}

/** What a change from `state` to `inputs` means. Pure: neither host nor clock nor files. */
export function plan(state: PartialState, inputs: SnapshotInputs): Plan {
  const changed = inputFields.filter((field) => differs(field, state, inputs));
  const replaces = changed.filter(({ facts }) => needsReplacement(facts.onChange)).map(({ path }) => path);
  const revert = planRevert(changed, state, inputs);
  if (replaces.length > 0) {
    return {
      replaces,
      deleteBeforeReplace: inputs.name === state.name && !replaces.includes("domain"),
      steps: [],
      ...(revert === undefined ? {} : { refusal: refuseRevertWithReplacement(state, replaces) }),
    };
  }
  return { replaces, deleteBeforeReplace: false, steps: planSteps(changed, inputs, revert) };
}

export function changesAnything({ replaces, steps }: Plan): boolean {
  return replaces.length > 0 || steps.length > 0;
}

function planSteps(
  changed: readonly InputField[],
  inputs: SnapshotInputs,
  revert: Revert | undefined,
): Step[] {
  const pathsThat = (...kinds: string[]) =>
    changed.filter(({ facts }) => kinds.includes(facts.onChange)).map(({ path }) => path);
  const steps: Step[] = [];
  if (pathsThat("reconnect").length > 0) steps.push({ do: "reconnect" });
  if (pathsThat("describe").length > 0) steps.push({ do: "describe", description: inputs.description });
  if (revert !== undefined) steps.push(revert);
  // Triggers that were taken away revert nothing, but are not to be remembered either.
  const recorded = pathsThat("record", ...(revert === undefined ? ["revert"] : []));
  if (recorded.length > 0) steps.push({ do: "record", properties: recorded });
  return steps;
}

function planRevert(
  changed: readonly InputField[],
  state: PartialState,
  inputs: SnapshotInputs,
): Revert | undefined {
  const triggers = inputs.revert?.triggers ?? [];
  const asked = changed.some(({ facts }) => facts.onChange === "revert") && !isDeepStrictEqual(triggers, []);
  if (!asked) return undefined;
  const { domainUuid, domainName, name, creationTime, capturedMemory } = state;
  return {
    do: "revert",
    domainName,
    target: { domainUuid, name, creationTime },
    memory: capturedMemory?.snapshot !== "no",
    triggers,
    maybe: holdsUnknown(triggers),
  };
}

function needsReplacement(onChange: string): boolean {
  return onChange === "replace" || onChange === "domain";
}

function differs({ path, facts }: InputField, state: PartialState, inputs: SnapshotInputs): boolean {
  const before = valueAt(state, path) ?? facts.default;
  const after = valueAt(inputs, path) ?? facts.default;
  if (facts.onChange === "domain")
    return after !== before && after !== state.domainUuid && after !== state.domainName;
  return !isDeepStrictEqual(before, after);
}

function valueAt(from: object, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], from);
}

function refuseRevertWithReplacement(
  { domainName, name }: PartialState,
  replaces: readonly string[],
): VirshError {
  return new VirshError({
    kind: "Invalid",
    tried: `revert ${domainName} to snapshot ${quote(name)} and replace that snapshot in one step`,
    said: `revert.triggers changed together with ${replaces.join(", ")}, and the latter needs a new snapshot`,
    next: "Change one of them, run pulumi up, then change the other.",
  });
}
