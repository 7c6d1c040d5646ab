import type { HostIdentity } from "../hypervisor/host-identity.js";
import type { DomainState } from "../hypervisor/results.js";

/** The definition that was applied last, as digests: what the host has is compared with it. */
export interface AppliedDefinition {
  /** Of the declared XML, without its passwords. */
  declared: string;
  /** Of what libvirt made of it, without what a snapshot changes; empty where that could not be read back. */
  made: string;
  /** The version of the libvirt that printed it: another one may print the same definition with more elements. */
  libvirt: string;
  /** Whose file the firmware's variables are in: one that the XML names, or the one that libvirt generates. */
  nvram: "declared" | "generated";
}

/** What is known of a domain beside its inputs. `xml`, `running` and `autostart` are outputs, too: as the host has them. */
export interface DomainOutputs {
  name: string;
  uuid: string;
  state: DomainState;
  persistent: boolean;
  host: HostIdentity;
  applied: AppliedDefinition;
}

/** What each output that is not an input means, once: the docstrings and the reference are generated from it. */
export const domainOutputDocs: Record<keyof DomainOutputs, { type: string; doc: string }> = {
  name: {
    type: "string",
    doc: "The domain's name (`name`), known in previews. A resource that uses it is created after the domain and deleted before it.",
  },
  uuid: {
    type: "string",
    doc: "The domain's UUID (`uuid`). A preview of a create knows it only if the XML contains it.",
  },
  state: {
    type: "string",
    doc: "What the domain did when it was last read, in libvirt's words (`domstate`): `running`, `paused`, `shut off`, ….",
  },
  persistent: {
    type: "boolean",
    doc: "Whether it has a definition that stays when it stops (`list --persistent`).",
  },
  host: {
    type: "SnapshotHost",
    doc: "The host that the domain was found on, and its daemon. Only there can it be gone, or be changed or deleted; a changed `uri` declares a move.",
  },
  applied: {
    type: "AppliedDefinition",
    doc: "The definition that was applied last, as digests. Where the host has another one, the next update applies the declared one again.",
  },
};

/** What an input means as an output, where that is not the same. */
export const domainInputsAsOutputs: Partial<Record<string, string>> = {
  xml: "The definition as the host has it (`dumpxml --inactive`), without passwords.",
  running: "Whether the domain was running or paused when it was last read (`domstate`).",
  autostart: "Whether the domain starts together with its host (`list --autostart`).",
};
