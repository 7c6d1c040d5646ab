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
import type { DomainArgs } from "./generated/domain-types.js";

/** Which domain the XML defines. An error names the input. */
export function identityOf(resource: string, xml: pulumi.Input<string>): pulumi.Output<DomainIdentity> {
  return mapped(xml, (text) => accepted(resource, checkXml(text)));
}

/** All inputs except the XML, as they reach the commands. */
export function environmentOf(resource: string, args: DomainArgs): Record<string, pulumi.Output<string>> {
  const { running, autostart, adopt, shutdownTimeoutSeconds, validate } = args;
  return {
    [variables.uri]: mapped(uriOf(args), (value = "") => accepted(resource, checkUri(value))),
    [variables.running]: mapped(running, (value = true) => String(value)),
    [variables.autostart]: mapped(autostart, (value) => (value === undefined ? "" : String(value))),
    [variables.adopt]: mapped(adopt, (value = false) => String(value)),
    [variables.shutdownTimeoutSeconds]: mapped(
      shutdownTimeoutSeconds,
      (value = DEFAULT_SHUTDOWN_TIMEOUT_SECONDS) => String(accepted(resource, checkShutdownTimeout(value))),
    ),
    [variables.secret]: pulumi
      .output(pulumi.isSecret(pulumi.output(args.xml)))
      .apply((secret) => (secret ? "true" : undefined)),
    // Absent unless it is true: in states of earlier versions it is absent, too.
    ...(validate === undefined
      ? {}
      : { [variables.validate]: mapped(validate, (value) => (value === true ? "true" : undefined)) }),
  } as Record<string, pulumi.Output<string>>;
}

/** The inputs that say which domain on which host is meant, once both are known. */
export function whichDomain<T>(
  args: DomainArgs,
  map: (declared: { xml: string; uri: string }) => T,
): pulumi.Output<T> {
  const both = { xml: args.xml, uri: uriOf(args) };
  const given = [both.xml, both.uri].some(isLater) ? pulumi.output(both) : both;
  return mapped(given as pulumi.Input<{ xml: string; uri: string | undefined }>, ({ xml, uri = "" }) =>
    map({ xml, uri }),
  );
}

export function refused(resource: string, reason: string): pulumi.RunError {
  return new pulumi.RunError(`Domain ${JSON.stringify(resource)}: ${reason}`);
}

function uriOf({ uri }: DomainArgs): pulumi.Input<string | undefined> {
  return uri ?? new pulumi.Config("virsh").get("uri");
}

function accepted<T>(resource: string, checked: Checked<T>): T {
  if ("refused" in checked) throw refused(resource, checked.refused);
  return checked.value;
}

/** Applies `map` to an input; to a plain value at once, so that the program ends with that one error. */
function mapped<T, U>(input: pulumi.Input<T>, map: (value: T) => U): pulumi.Output<U> {
  if (isLater(input)) return pulumi.output(input).apply<U>((value) => map(value as T));
  const result = map(input as T);
  return pulumi.output(undefined).apply<U>(() => result);
}

function isLater(input: unknown): boolean {
  return pulumi.Output.isInstance(input) || input instanceof Promise;
}
