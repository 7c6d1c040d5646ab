import { inputFields } from "../snapshot/inputs.js";
import type { SnapshotFacts } from "../snapshot/outputs.js";
import type { Plan, Step } from "../snapshot/plan.js";
import { UNKNOWN } from "../schema/unknown.js";
import type { Props } from "./resource.js";

/** What a preview returns as outputs: what is known already, and the rest as unknown. */

/** The outputs that every snapshot has. */
const ALWAYS: readonly (keyof SnapshotFacts)[] = [
  "host",
  "domainUuid",
  "domainName",
  "creationTime",
  "state",
  "location",
  "isCurrent",
  "capturedDisks",
  "capturedMemory",
  "consistency",
];

/** The outputs that a step may change. */
const CHANGED_BY: Record<Step["do"], readonly (keyof SnapshotFacts)[]> = {
  record: [],
  reconnect: ["host"],
  describe: [],
  "define again": ["parent", "isCurrent"],
  revert: ["isCurrent", "lastRevert", "safetySnapshots"],
};

/** Of a snapshot that is about to be taken. Only its parent may be missing. */
export function outputsUnknown(inputs: Props): Props {
  return { ...inputs, ...unknown([...ALWAYS, "parent"]) };
}

/** Of a snapshot that is about to be changed. One that could never be read back is read then. */
export function outputsAhead({ steps }: Plan, olds: Props, news: Props): Props {
  const facts = Object.fromEntries(Object.entries(olds).filter(([key]) => !INPUTS.has(key)));
  const changed = steps.flatMap((step) => CHANGED_BY[step.do]);
  const missing = ALWAYS.filter((key) => olds[key] === undefined);
  return { ...facts, ...news, ...unknown([...missing, ...changed]) };
}

const INPUTS: ReadonlySet<string> = new Set(inputFields.map(({ path }) => path.split(".")[0] ?? path));

function unknown(keys: readonly string[]): Props {
  return Object.fromEntries(keys.map((key) => [key, UNKNOWN]));
}
