import { isVirshError, type ErrorKind } from "../errors.js";

/** What libvirt's message looks like, what it means, and what to do. */
export interface Row {
  match: RegExp;
  kind: ErrorKind;
  /** libvirt refused before it did anything. */
  unchanged?: true;
  next?: string;
}

/** What libvirt says when it does not define or undefine a domain: rows of the table in errors.ts. */
export const DEFINITION_ERRORS: readonly Row[] = [
  {
    match: /^operation failed: domain '.*' (?:already exists|is already defined) with uuid [0-9a-f-]+$/,
    kind: "Conflict",
    next: "Another domain has that name or that UUID: change <name>, or remove <uuid>.",
  },
  {
    match:
      /^Requested operation is not valid: cannot delete inactive domain with \d+ (?:snapshots|checkpoints)$/,
    kind: "Conflict",
    next: "Delete them first, if you no longer need them.",
  },
  {
    match: /^missing name information$/,
    kind: "Invalid",
    next: "Remove the default namespace (xmlns) from <domain>.",
  },
  {
    match: /^internal error: missing domain type attribute$/,
    kind: "Invalid",
    next: 'Give <domain> a type: "kvm", or "qemu" on a host without KVM.',
  },
  {
    match: /^unsupported configuration: (?:invalid domain type |Emulator '.*' does not support virt type )/,
    kind: "Unsupported",
    next: "`virsh capabilities` lists the types of domains that the host can run: give <domain> one of those.",
  },
  {
    match: /^XML error: an os <type> must be specified$/,
    kind: "Invalid",
    next: "Add what the domain boots, for example <os><type>hvm</type></os>.",
  },
  {
    match: /^XML error: Memory size must be specified via /,
    kind: "Invalid",
    next: 'Add its size, for example <memory unit="MiB">1024</memory>.',
  },
  { match: /: File name too long$/, kind: "Invalid", next: "Choose a shorter name." },
];

const CORRECT =
  "Correct the XML: `virsh define --validate FILE` also compares it with libvirt's schema, which names misplaced elements.";

/** The error of a define that libvirt refused, with a next step where its own message has none. */
export function aboutDefinition(error: unknown): unknown {
  if (!isVirshError(error, "Invalid", "Unsupported", "Unexpected") || error.next !== undefined) return error;
  return error.with({ next: CORRECT });
}
