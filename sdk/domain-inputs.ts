import * as pulumi from "@pulumi/pulumi";
import { variables } from "../provider/command/settings.js";
import { DEFAULT_SHUTDOWN_TIMEOUT_SECONDS } from "../provider/domain/wanted.js";
import { isVirshError, quote } from "../provider/errors.js";
import { redactUri, uriProblem } from "../provider/hypervisor/uri.js";
import { readIdentity, type DomainIdentity } from "../provider/xml/definition.js";
import type { DomainArgs } from "./domain.js";

/** Which domain the XML is of; an error that names the input when it is of none. */
export function checkedXml(resource: string, xml: pulumi.Input<string>): pulumi.Output<DomainIdentity> {
  return checked(xml, (text) => {
    try {
      return readIdentity(text);
    } catch (error) {
      throw isVirshError(error) ? refused(resource, error.message) : error;
    }
  });
}

/** All but the XML, as it travels to the commands. */
export function environmentOf(resource: string, args: DomainArgs): Record<string, pulumi.Output<string>> {
  const uri = args.uri ?? new pulumi.Config("virsh").get("uri");
  const { running = true, adopt = false, shutdownTimeoutSeconds = DEFAULT_SHUTDOWN_TIMEOUT_SECONDS } = args;
  return {
    [variables.uri]: checked(uri, (value = "") => checkedUri(resource, value)),
    [variables.running]: checked(running, String),
    [variables.autostart]: checked(args.autostart, (value) => (value === undefined ? "" : String(value))),
    [variables.adopt]: checked(adopt, String),
    [variables.shutdownTimeoutSeconds]: checked(shutdownTimeoutSeconds, (value) =>
      String(checkedSeconds(resource, value)),
    ),
  };
}

export function refused(resource: string, reason: string): pulumi.RunError {
  return new pulumi.RunError(`Domain ${quote(resource)}: ${reason}`);
}

/** What `check` makes of an input: at once of a plain value, so that the program ends with that one error. */
function checked<T, U>(input: pulumi.Input<T>, check: (value: T) => U): pulumi.Output<U> {
  if (pulumi.Output.isInstance(input) || input instanceof Promise) {
    return pulumi.output(input).apply((value) => check(value as T));
  }
  const result = check(input);
  return pulumi.output(undefined).apply(() => result);
}

function checkedUri(resource: string, uri: string): string {
  const problem = uri === "" ? undefined : uriProblem(uri);
  if (problem === undefined) return uri;
  throw refused(resource, `uri: ${quote(redactUri(uri))} cannot be used: ${problem}.`);
}

function checkedSeconds(resource: string, seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= 86400) return seconds;
  throw refused(
    resource,
    `shutdownTimeoutSeconds: ${quote(seconds)} cannot be used: expected a whole number from 0 to 86400.`,
  );
}
