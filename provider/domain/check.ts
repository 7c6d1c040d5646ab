import { problem, problemsIn, withoutNulls, type Problem } from "../schema/validate.js";
import { domainInputs, xmlProblem, type DomainInputs } from "./inputs.js";

export interface CheckedDomain {
  inputs: DomainInputs;
  problems: readonly Problem[];
}

/**
 * Raw inputs in their normal form (absent instead of null, `running` always written), with every problem of them. Reads
 * nothing from a host. A value that a preview does not know yet counts as correct.
 */
export function checkDomain(raw: Record<string, unknown>): CheckedDomain {
  const inputs: Record<string, unknown> = {
    running: true,
    ...(withoutNulls(raw) as Record<string, unknown>),
  };
  const { xml } = inputs;
  const problems = problemsIn(inputs, domainInputs).map((found) =>
    found.property === "xml" && typeof xml === "string" ? unusable(xml) : found,
  );
  return { inputs: inputs as unknown as DomainInputs, problems };
}

/** A definition is too long to be quoted. */
function unusable(xml: string): Problem {
  return problem("xml", `the definition cannot be used: ${xmlProblem(xml) ?? ""}`);
}
