import { isDeepStrictEqual } from "node:util";
import { quote, VirshError } from "../errors.js";
import type { InputField } from "../schema/field.js";
import { inputFields, type SnapshotInputs } from "./inputs.js";
import { refuseReplacement } from "./replacement.js";
import type { Target } from "./identity.js";
import type { SafetySnapshot } from "./outputs.js";
import type { PartialState } from "./state.js";
import { holdsUnknown, isKnown } from "../schema/unknown.js";

/** One thing an update does, in the order of the plan. */
export type Step =
  /** Inputs that only take part in later operations. */
  | { do: "record"; properties: readonly string[] }
  /** The snapshot is to be reached through another URI. */
  | { do: "reconnect" }
  /** libvirt forgot the snapshot, and its definition is in the state. An update does this first in any case. */
  | { do: "define again" }
  /** The description is edited in place. */
  | { do: "describe"; description: string | undefined }
  /** The domain goes back to the snapshot. */
  | Revert;

export interface Revert {
  do: "revert";
  domainName: string;
  /** What the program calls the domain. */
  domain: string;
  target: Target;
  /** Whether the snapshot brings memory back, too. */
  memory: boolean;
  /** The reason is not the triggers, but that another snapshot is current (`revert.onDrift`). */
  drift: boolean;
  triggers: unknown[];
  /** How to revert. */
  options: NonNullable<SnapshotInputs["revert"]>;
  /** Safety snapshots of earlier reverts, oldest first. */
  taken: SafetySnapshot[];
  /** The triggers are not known yet: it reverts only if they turn out to differ. */
  maybe: boolean;
}

/** What will be done for a change of inputs. A preview prints it, an update carries it out. */
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
    // What a preview does not know yet may turn out to be no change at all, so it must not be refused.
    const certain = replaces.filter((path) => isKnown(valueAt(inputs, path)));
    const conflict = revert !== undefined && !revert.maybe && !revert.drift && certain.length > 0;
    const deleteBeforeReplace = inputs.name === state.name && !replaces.includes("domain");
    const refusal = conflict
      ? refuseRevertWithReplacement(state, certain)
      : certain.length > 0
        ? refuseReplacement(state, replaces, deleteBeforeReplace)
        : undefined;
    return { replaces, deleteBeforeReplace, steps: [], ...(refusal === undefined ? {} : { refusal }) };
  }
  return { replaces, deleteBeforeReplace: false, steps: planSteps(changed, state, inputs, revert) };
}

export type ChangeKind = "add" | "delete" | "update";

/** The inputs that differ, by property path, and how. */
export function changedInputs(state: PartialState, inputs: SnapshotInputs): Record<string, ChangeKind> {
  const changed = inputFields.filter((field) => differs(field, state, inputs));
  return Object.fromEntries(
    changed.map(({ path }) => {
      const [before, after] = [valueAt(state, path), valueAt(inputs, path)];
      return [path, before === undefined ? "add" : after === undefined ? "delete" : "update"];
    }),
  );
}

export function changesAnything({ replaces, steps }: Plan): boolean {
  return replaces.length > 0 || steps.length > 0;
}

/** The plan without its reverts: an update prints the line of a revert itself, when it comes to it. */
export function withoutReverts(planned: Plan): Plan {
  return { ...planned, steps: planned.steps.filter((step) => step.do !== "revert") };
}

function planSteps(
  changed: readonly InputField[],
  { lostDefinition }: PartialState,
  inputs: SnapshotInputs,
  revert: Revert | undefined,
): Step[] {
  const pathsThat = (...kinds: string[]) =>
    changed.filter(({ facts }) => kinds.includes(facts.onChange)).map(({ path }) => path);
  const steps: Step[] = lostDefinition === undefined ? [] : [{ do: "define again" }];
  if (pathsThat("reconnect").length > 0) steps.push({ do: "reconnect" });
  if (pathsThat("describe").length > 0) steps.push({ do: "describe", description: inputs.description });
  if (revert !== undefined) steps.push(revert);
  // Removed triggers revert nothing, but must not be remembered either.
  const recorded = pathsThat("record", ...(revert === undefined ? ["revert"] : []));
  if (recorded.length > 0) steps.push({ do: "record", properties: recorded });
  return steps;
}

function planRevert(
  changed: readonly InputField[],
  state: PartialState,
  inputs: SnapshotInputs,
): Revert | undefined {
  const options = isKnown(inputs.revert) ? (inputs.revert ?? {}) : {};
  const triggers = (valueAt(inputs, "revert.triggers") ?? []) as unknown[];
  const asked = changed.some(({ facts }) => facts.onChange === "revert") && !isDeepStrictEqual(triggers, []);
  const drift = !asked && options.onDrift === true && state.isCurrent === false;
  if (!asked && !drift) return undefined;
  const {
    domainUuid,
    domainName,
    name,
    creationTime,
    capturedDisks,
    capturedMemory,
    safetySnapshots = [],
  } = state;
  // A changed URI declares that it may be on another host.
  const moves = changed.some(({ facts }) => facts.onChange === "reconnect");
  const host = moves ? undefined : state.host;
  return {
    do: "revert",
    domainName,
    domain: inputs.domain,
    target: {
      domainUuid,
      name,
      creationTime,
      capturedDisks,
      capturedMemory,
      ...(host === undefined ? {} : { host }),
    },
    memory: capturedMemory?.snapshot !== "no",
    drift,
    triggers,
    options,
    taken: safetySnapshots,
    maybe: !drift && holdsUnknown(triggers),
  };
}

function needsReplacement(onChange: string): boolean {
  return onChange === "replace" || onChange === "domain";
}

function differs({ path, facts }: InputField, state: PartialState, inputs: SnapshotInputs): boolean {
  const before = valueAt(state, path) ?? facts.default;
  const after = valueAt(inputs, path) ?? facts.default;
  if (facts.onChange === "domain") return after !== before && !isNameOf(String(after), state);
  return !isDeepStrictEqual(before, after);
}

/** As on the host: a UUID in any case, or the name to the letter. */
function isNameOf(domain: string, { domainUuid, domainName }: PartialState): boolean {
  return domain.toLowerCase() === domainUuid || domain === domainName;
}

/** The value at a property path. Everything within something unknown is unknown, too. */
function valueAt(from: object, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (isKnown(value) ? (value as Record<string, unknown> | undefined)?.[key] : value),
      from,
    );
}

function refuseRevertWithReplacement(
  { domainName, name }: PartialState,
  replaces: readonly string[],
): VirshError {
  return new VirshError({
    kind: "Invalid",
    tried: `revert ${domainName} to snapshot ${quote(name)} and replace that snapshot in one step`,
    said: `revert.triggers changed together with ${replaces.join(", ")}, and the latter needs a new snapshot`,
    next: "Change one of them in one update, and the other in the next.",
  });
}
