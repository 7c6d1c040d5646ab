import * as pulumi from "@pulumi/pulumi";
import { variables } from "../provider/command/settings.js";
import { DEFAULT_SHUTDOWN_TIMEOUT_SECONDS } from "../provider/domain/wanted.js";
import { isVirshError, quote } from "../provider/errors.js";
import { redactUri, uriProblem } from "../provider/schema/uri-rules.js";
import { readIdentity, type DomainIdentity } from "../provider/xml/definition.js";

/** What a `Domain` is made of. */
export interface DomainArgs {
  /**
   * The definition: the text of one `<domain>`, as `virsh dumpxml --inactive` prints it. Without `<uuid>` the domain
   * gets one and keeps it.
   *
   * On a change: redefined in place (`virsh define`), which a running domain takes up at its next boot; the preview
   * says which it will be. Another `<name>` is another domain: this one is removed, and then that one defined. Another
   * `<uuid>` under the same name is refused. Required.
   */
  xml: pulumi.Input<string>;
  /**
   * Connection URI of the hypervisor (`--connect`), for instance `qemu:///system` or `qemu+ssh://root@host/system`.
   * URIs that would run a program on this machine (`command=`, `argv=`) are refused. A change is an error unless the
   * same domain is seen through the new URI.
   *
   * Default: `virsh:uri` of the stack's configuration, else virsh's own default.
   */
  uri?: pulumi.Input<string>;
  /**
   * Whether the domain is to be running (`start`) or off (`shutdown`, then `destroy` after `shutdownTimeoutSeconds`).
   * A paused domain counts as running. It is acted upon when the domain is created or something in the program
   * changes, not when somebody else stops or starts it.
   *
   * Default: `true`.
   */
  running?: pulumi.Input<boolean>;
  /**
   * Whether the domain starts together with its host (`autostart`).
   *
   * Default: as it is, which for a new domain is not.
   */
  autostart?: pulumi.Input<boolean>;
  /**
   * On create, takes over an existing domain of that name instead of failing: it is given this definition, and then
   * belongs to the program, which also means that `pulumi destroy` undefines it.
   *
   * Default: `false`.
   */
  adopt?: pulumi.Input<boolean>;
  /**
   * Seconds that the guest may take to shut down before it is stopped as by a power cut, a whole number from 0 (at
   * once) to 86400. A paused guest cannot answer, and is stopped at once.
   *
   * Default: `60`.
   */
  shutdownTimeoutSeconds?: pulumi.Input<number>;
}

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
