import * as pulumi from "@pulumi/pulumi";
import { variables } from "../provider/command/settings.js";
import {
  checkShutdownTimeout,
  checkUri,
  checkXml,
  DEFAULT_SHUTDOWN_TIMEOUT_SECONDS,
  type Checked,
} from "../provider/program/domain-inputs.js";
import type { DomainIdentity } from "../provider/xml/definition.js";
import type { DomainArgs } from "./domain-args.js";

/** Which domain the XML defines. An error names the input. */
export function identityOf(resource: string, xml: pulumi.Input<string>): pulumi.Output<DomainIdentity> {
  return mapped(xml, (text) => accepted(resource, checkXml(text)));
}

/** All inputs except the XML, as they reach the commands. */
export function environmentOf(resource: string, args: DomainArgs): Record<string, pulumi.Output<string>> {
  const uri = args.uri ?? new pulumi.Config("virsh").get("uri");
  const { running = true, adopt = false, shutdownTimeoutSeconds = DEFAULT_SHUTDOWN_TIMEOUT_SECONDS } = args;
  return {
    [variables.uri]: mapped(uri, (value = "") => accepted(resource, checkUri(value))),
    [variables.running]: mapped(running, String),
    [variables.autostart]: mapped(args.autostart, (value) => (value === undefined ? "" : String(value))),
    [variables.adopt]: mapped(adopt, String),
    [variables.shutdownTimeoutSeconds]: mapped(shutdownTimeoutSeconds, (value) =>
      String(accepted(resource, checkShutdownTimeout(value))),
    ),
  };
}

export function refused(resource: string, reason: string): pulumi.RunError {
  return new pulumi.RunError(`Domain ${JSON.stringify(resource)}: ${reason}`);
}

function accepted<T>(resource: string, checked: Checked<T>): T {
  if ("refused" in checked) throw refused(resource, checked.refused);
  return checked.value;
}

/** Applies `map` to an input; to a plain value at once, so that the program ends with that one error. */
function mapped<T, U>(input: pulumi.Input<T>, map: (value: T) => U): pulumi.Output<U> {
  if (pulumi.Output.isInstance(input) || input instanceof Promise) {
    return pulumi.output(input).apply((value) => map(value as T));
  }
  const result = map(input);
  return pulumi.output(undefined).apply(() => result);
}
