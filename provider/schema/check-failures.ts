import { uriProblem } from "../hypervisor/uri.js";
import { descriptionProblem } from "./text-rules.js";
import type { Problem } from "./validate.js";

/** Rules whose words repeat nothing of the value. */
const DISCREET: Record<string, (value: string) => string | undefined> = {
  uri: uriProblem,
  description: descriptionProblem,
};

/**
 * The problems of `inputs` as the engine prints them. It adds the value of the property that a failure names, even that
 * of a secret: so a failure about an input that is one of `secrets`, or about a URI, names none. The reason says which
 * input it is about.
 */
export function failuresOf(
  problems: readonly Problem[],
  inputs: object,
  secrets: readonly string[],
): Problem[] {
  return problems.map(({ property, reason }) => {
    const [input = ""] = property.split(/[.[]/);
    if (secrets.includes(input)) return { property: "", reason: hidden(input, valueOf(inputs, input)) };
    // A URI may hold a password that the program did not declare as a secret. The reason shows none.
    return { property: property === "uri" ? "" : property, reason };
  });
}

function hidden(input: string, value: unknown): string {
  const said = typeof value === "string" ? DISCREET[input]?.(value) : undefined;
  const why = said ?? "It is a secret, so the reason, which would repeat it, is not shown";
  return `${input}: the value cannot be used${said === undefined ? ". " : ": "}${why}.`;
}

function valueOf(inputs: object, input: string): unknown {
  return (inputs as Record<string, unknown>)[input];
}
