import * as v from "valibot";
import { isVirshError } from "../errors.js";
import { uriProblem } from "../hypervisor/uri.js";
import { fieldsOf, input, text, type InputField } from "../schema/field.js";
import { readIdentity, refuseUndefinable } from "../xml/definition.js";
import { DEFAULT_SHUTDOWN_TIMEOUT_SECONDS } from "./declaration.js";

/**
 * Every input of a domain, described once. The check, the diff, the docstrings of the SDK and the reference all come
 * from this table.
 */

const MAX_SHUTDOWN_TIMEOUT_SECONDS = 24 * 3600;

export const domainInputs = v.strictObject({
  xml: input(text(xmlProblem), {
    doc: "The definition: the text of one `<domain>`, as `virsh dumpxml --inactive` prints it. Without `<uuid>` the domain gets one and keeps it. A change redefines the domain in place. A running domain uses the new definition from its next boot; the preview says when the change takes effect. Another `<name>` renames the domain, which libvirt allows only while it is off and has no managed-save image; its snapshots stay. Another `<uuid>` means another domain: this one is deleted, then the other one is defined. The component over @pulumi/command refuses that unless `<name>` changes as well.",
    virsh: "define --file",
    onChange: "apply",
  }),
  uri: input(v.optional(text(uriProblem)), {
    doc: "Connection URI of the hypervisor, for instance `qemu:///system` or `qemu+ssh://root@host/system`. URIs that would run a program on this machine (`command=`, `argv=`) are refused. A change is an error unless the new URI leads to the same domain.",
    virsh: "--connect",
    onChange: "reconnect",
    defaultDoc: "`virsh:uri` of the stack's configuration, else virsh's own default",
  }),
  running: input(v.optional(v.boolean()), {
    doc: "Whether the domain runs (`start`) or is off (`shutdown`, then `destroy` after `shutdownTimeoutSeconds`). A paused domain counts as running. The plugin compares it with the host in each preview, and an update starts or stops the domain again. The component over @pulumi/command applies it when the domain is created and when another input changes, but not when someone else stops or starts the domain.",
    virsh: "start, shutdown, destroy",
    onChange: "apply",
    default: true,
  }),
  autostart: input(v.optional(v.boolean()), {
    doc: "Whether the domain starts together with its host.",
    virsh: "autostart",
    onChange: "apply",
    defaultDoc: "left as it is on the host; a new domain does not",
  }),
  adopt: input(v.optional(v.boolean()), {
    doc: "On create, adopts an existing domain of that name instead of failing. The domain gets this definition and then belongs to the program: `pulumi destroy` undefines it.",
    onChange: "record",
    default: false,
  }),
  shutdownTimeoutSeconds: input(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_SHUTDOWN_TIMEOUT_SECONDS))),
    {
      doc: "Seconds that the guest may take to shut down before it is stopped as by a power cut, a whole number from 0 (at once) to 86400. A paused guest cannot react and is stopped at once.",
      virsh: "shutdown, destroy",
      onChange: "record",
      default: DEFAULT_SHUTDOWN_TIMEOUT_SECONDS,
    },
  ),
  validate: input(v.optional(v.boolean()), {
    doc: "Makes libvirt validate the XML against its schema. libvirt otherwise ignores elements and attributes that it does not know.",
    virsh: "define --validate",
    onChange: "record",
    default: false,
  }),
});

/** Inputs that passed the check. */
export type DomainInputs = v.InferOutput<typeof domainInputs>;

/** The table, flat. */
export const domainInputFields: readonly InputField[] = fieldsOf(domainInputs.entries);

/** Why no libvirt could define `xml`, and what to do, without a full stop; `undefined` where one may. */
export function xmlProblem(xml: string): string | undefined {
  try {
    refuseUndefinable(xml);
    readIdentity(xml);
    return undefined;
  } catch (error) {
    if (!isVirshError(error)) throw error;
    return `${error.said}. ${error.next?.replace(/\.$/, "") ?? ""}`;
  }
}
