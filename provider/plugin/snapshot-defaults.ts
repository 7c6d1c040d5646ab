import type { Props } from "./resource.js";
import type { Settings } from "./settings.js";

/**
 * Inputs with the provider's defaults for what the program leaves open. Those are recorded like inputs of the program,
 * so a preview shows what a changed default changes.
 */
export function withDefaults<Inputs extends Props>(inputs: Inputs, { quiesce, revert }: Settings): Inputs {
  const completed: Props = { ...inputs };
  // libvirt freezes file systems only for a snapshot of disks alone.
  if (quiesce !== undefined && isAbsent(inputs["quiesce"]) && inputs["diskOnly"] === true)
    completed["quiesce"] = quiesce;
  const own = inputs["revert"];
  if (revert !== undefined && (isAbsent(own) || isPlainObject(own)))
    completed["revert"] = { ...revert, ...withoutAbsent(own ?? {}) };
  return completed as Inputs;
}

function withoutAbsent(given: object): Props {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => !isAbsent(value)));
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && !Array.isArray(value);
}
