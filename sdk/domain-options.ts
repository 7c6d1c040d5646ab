import type * as pulumi from "@pulumi/pulumi";
import { variables } from "../provider/command/settings.js";
import { refused } from "./domain-inputs.js";

/** Where the command behind a `Domain` keeps each input. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  xml: ["stdin", "triggers"],
  uri: [placeOf(variables.uri)],
  running: [placeOf(variables.running)],
  autostart: [placeOf(variables.autostart)],
  adopt: [placeOf(variables.adopt)],
  shutdownTimeoutSeconds: [placeOf(variables.shutdownTimeoutSeconds)],
  validate: [placeOf(variables.validate)],
};

/** The options that belong to the command: Pulumi itself would not pass them from a component to its children. */
export interface CommandOptions {
  ignoreChanges: string[];
  replaceOnChanges: string[];
}

/** Divides the options of a `Domain`. The lists of inputs become lists of the command's properties. */
export function dividedOptions(
  resource: string,
  { ignoreChanges = [], replaceOnChanges = [], ...own }: pulumi.ComponentResourceOptions = {},
): { own: pulumi.ComponentResourceOptions; command: CommandOptions } {
  const placesOf = (option: string, inputs: readonly string[]) =>
    inputs.flatMap((input) => {
      if (input === "*") return Object.values(PLACES).flat();
      const places = PLACES[input];
      if (places !== undefined) return places;
      const known = Object.keys(PLACES).join(", ");
      throw refused(
        resource,
        `${option}: ${JSON.stringify(input)} is not an input of a Domain. It takes ${known}, or "*" for all of them.`,
      );
    });
  return {
    own,
    command: {
      ignoreChanges: placesOf("ignoreChanges", ignoreChanges),
      replaceOnChanges: placesOf("replaceOnChanges", replaceOnChanges),
    },
  };
}

/** Where the command keeps an environment variable. */
export function placeOf(variable: string): string {
  return `environment.${variable}`;
}
