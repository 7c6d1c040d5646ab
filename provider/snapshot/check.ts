import { snapshotInputs, type SnapshotInputs } from "./inputs.js";
import { conflicts } from "./input-rules.js";
import { normalLineEnds } from "../schema/text-rules.js";
import { problemsIn, withoutNulls, type Problem } from "../schema/validate.js";

export interface Checked {
  inputs: SnapshotInputs;
  problems: readonly Problem[];
}

/**
 * Raw inputs in their normal form (absent instead of null, `\n` for line ends), with every problem of them. Reads
 * nothing from a host. A value that a preview does not know yet counts as correct.
 */
export function check(raw: Record<string, unknown>): Checked {
  const inputs = normalise(raw);
  const problems = problemsIn(inputs, snapshotInputs);
  const checked = inputs as SnapshotInputs;
  // Combinations are checked once each input is correct by itself.
  return { inputs: checked, problems: problems.length > 0 ? problems : conflicts(checked) };
}

function normalise(raw: Record<string, unknown>): Record<string, unknown> {
  // Triggers may be any values, null included.
  const inputs = withoutNulls(raw, ["triggers"]) as Record<string, unknown>;
  if (typeof inputs["description"] === "string")
    inputs["description"] = normalLineEnds(inputs["description"]);
  return inputs;
}
