import { VirshError, type ErrorKind } from "../errors.js";
import { messages, tidy } from "./stderr.js";

/** One row: what libvirt's cause looks like, what it means, what its reader can do. */
interface Row {
  match: RegExp;
  kind: ErrorKind;
  /** libvirt refused before it did anything. */
  unchanged?: true;
  next?: string;
}

const CHECK_LOGIN = "Try the same `virsh -c URI list` by hand, as the user that runs Pulumi.";
const DAEMON_RUNS =
  "See that libvirtd (or virtqemud) runs on the host, and that the URI names the right socket.";
const REACHABLE = "See that the host can be reached from here, and that the URI names it right.";
const KEY_LOGIN =
  "Log in without a password first: `ssh HOST` has to work by itself, with a key and a known host key.";
const GROUP =
  "Give the user that runs Pulumi access to libvirt, usually by adding it to the group libvirt on the host.";
const MIXED =
  "Stop the domain first, or revert it to the internal snapshot: then libvirt deletes it, and the external ones after it.";
const WAIT = "Wait for what holds the domain (`virsh domcontrol`, `virsh domjobinfo`), then try again.";
const NO_PLACE = "Make room where the disk image, overlay or memory file lies, then try again.";
const LOOK_FIRST = "Whether it was done is not known: look at the domain before trying again.";

/**
 * libvirt's words to the family, the first row that fits. virsh prints no error code, so the text is all there
 * is: the prefixes are those of libvirt's `virerror.c` and case-sensitive, and every row is anchored at the
 * start or the end, so that no name inside a message can pass for another error.
 */
const TABLE: readonly Row[] = [
  // What one prefix alone would not tell.
  {
    match: /^operation failed: domain moment .* already exists$/,
    kind: "Conflict",
    next: "Choose another name, or delete that snapshot first if it may go.",
  },
  {
    match: /^operation failed: domain '.*' (?:already exists|is already defined) with uuid [0-9a-f-]+$/,
    kind: "Conflict",
    next: "Another domain has that name or that UUID: change <name>, or remove <uuid>.",
  },
  {
    match:
      /^Requested operation is not valid: cannot delete inactive domain with \d+ (?:snapshots|checkpoints)$/,
    kind: "Conflict",
    next: "Delete them first, if they may go.",
  },
  {
    match: /^unsupported configuration: external snapshot file for disk .* already exists/,
    kind: "Conflict",
    next: "Move that file away, or name another one for the disk.",
  },
  {
    match: /^unsupported configuration: internal snapshot for disk .* unsupported for storage type raw$/,
    kind: "Unsupported",
    next: "Convert the disk to qcow2 (`qemu-img convert -O qcow2`), or use `diskOnly: true`, which works on raw disks.",
  },
  {
    match: /is writable but does not support snapshots$/,
    kind: "Unsupported",
    next: "Convert raw disks to qcow2. libvirt 11.2 and 11.3 say this of good disks too: there, upgrade to 11.4.",
  },
  {
    match: /^Operation not supported: internal snapshots of a VM with pflash based firmware/,
    kind: "Unsupported",
    next: "Use `diskOnly: true`, or libvirt 10.9 or later with the firmware's NVRAM in qcow2.",
  },
  {
    // Said by 9.0 of a domain that is off, when other external snapshots came after this one.
    match: /^invalid argument: could not find base disk source in disk source chain$/,
    kind: "Unsupported",
    unchanged: true,
    next: "Start the domain first, or delete the snapshots that came after this one.",
  },
  {
    match: /^unsupported configuration: deletion of external children disk snapshots not supported$/,
    kind: "Unsupported",
    unchanged: true,
    next: 'Delete those that came after it first, or let this one go alone (deleteScope "snapshot").',
  },
  {
    match:
      /^Operation not supported: deleting external snapshot that has internal snapshot as parent not supported$/,
    kind: "Unsupported",
    unchanged: true,
    next: MIXED,
  },
  {
    match:
      /^Operation not supported: disk image '.*' for internal snapshot '.*' is not the same as disk image currently used by VM$/,
    kind: "Unsupported",
    unchanged: true,
    next: MIXED,
  },
  {
    match: /Invalid job ID 'internal-snapshot-/,
    kind: "Unsupported",
    next: "This libvirt takes and deletes internal snapshots of a running domain only under names of ASCII letters, digits and - . _: stop the domain, or use another name.",
  },
  {
    match: /^unsupported configuration: revert to external snapshot not supported yet$/,
    kind: "Unsupported",
    next: "The host needs libvirt 9.10 or later to go back to an external snapshot.",
  },
  {
    match: /^argument unsupported: QEMU guest agent is not configured$/,
    kind: "Unsupported",
    next: "Give the domain the channel org.qemu.guest_agent.0 and run qemu-guest-agent in it, or leave `quiesce` out.",
  },
  {
    match: /^Guest agent is not responding/,
    kind: "Unsupported",
    next: "Start qemu-guest-agent in the guest, or leave `quiesce` out.",
  },
  {
    match: /^Timed out during operation: cannot acquire state change lock/,
    kind: "Busy",
    next: WAIT,
  },
  {
    match: /^internal error: unable to save metadata for snapshot /,
    kind: "Unexpected",
    next: "See that the name has no more than 247 bytes and the host's /var has room; the disk may hold an orphaned snapshot.",
  },
  { match: /No space left on device[')]?$/, kind: "Unexpected", next: NO_PLACE },
  {
    // QEMU's words on a full file system, too.
    match: /Error while writing VM state: Input\/output error$/,
    kind: "Unexpected",
    next: `The disk image could not take the memory, as a rule because its file system is full. ${NO_PLACE}`,
  },

  // Logins.
  { match: /^Cannot recv data: .*Host key verification failed/, kind: "Denied", next: KEY_LOGIN },
  { match: /^Cannot recv data: .*Permission denied \(/, kind: "Denied", next: KEY_LOGIN },
  {
    match: /^(?:Cannot recv data|End of file while reading data): .*Permission denied/,
    kind: "Denied",
    next: GROUP,
  },
  { match: /^Failed to connect socket to .*: Permission denied$/, kind: "Denied", next: GROUP },
  { match: /^authentication (?:failed|cancelled|unavailable):? .*polkit/, kind: "Denied", next: GROUP },
  { match: /^authentication (?:failed|cancelled|unavailable)\b/, kind: "Denied", next: CHECK_LOGIN },
  { match: /^access denied\b/, kind: "Denied", next: CHECK_LOGIN },
  { match: /^operation forbidden\b/, kind: "Denied", next: CHECK_LOGIN },
  { match: /^(?:SSH|libssh) transport error: .*(?:auth|host key)/i, kind: "Denied", next: KEY_LOGIN },

  // The way to the daemon.
  { match: /^End of file while reading data\b/, kind: "Unreachable", next: LOOK_FIRST },
  { match: /^internal error: client socket is closed$/, kind: "Unreachable", next: LOOK_FIRST },
  { match: /^Failed to connect socket to /, kind: "Unreachable", next: DAEMON_RUNS },
  { match: /^unable to connect to server at /, kind: "Unreachable", next: REACHABLE },
  { match: /^Cannot (?:recv|write|send) data\b/, kind: "Unreachable", next: REACHABLE },
  { match: /^(?:SSH|libssh) transport error\b/, kind: "Unreachable", next: REACHABLE },
  { match: /^unknown host\b/, kind: "Unreachable", next: REACHABLE },
  { match: /^internal error: Unable to parse URI /, kind: "Invalid", next: "Correct the property `uri`." },
  { match: /^no connection driver available for /, kind: "Invalid", next: "Correct the property `uri`." },
  { match: /^invalid argument: remote_open: /, kind: "Invalid", next: "Correct the property `uri`." },

  // virsh itself, before it asked anybody.
  {
    match: /^(?:command '.*' doesn't support option |unknown command: )/,
    kind: "Unsupported",
    next: "The virsh on this machine is too old for that: upgrade it.",
  },
  { match: /^Failed to get option /, kind: "Invalid" },
  { match: /^unable to parse (?:memspec|diskspec): /, kind: "Invalid" },
  { match: /^invalid snapshot name /, kind: "Invalid" },
  { match: /^Flags? '.*' (?:and '.*' are mutually exclusive|is required by flag '.*')$/, kind: "Invalid" },
  { match: /^\([a-z_]+\):\d+: /, kind: "Invalid" },

  // libvirt's prefixes.
  { match: /^Domain snapshot not found\b/, kind: "NotFound" },
  { match: /^Domain not found\b/, kind: "NotFound" },
  { match: /^unsupported configuration\b/, kind: "Unsupported" },
  { match: /^Operation not supported\b/, kind: "Unsupported" },
  { match: /^argument unsupported\b/, kind: "Unsupported" },
  { match: /^this function is not supported by the connection driver\b/, kind: "Unsupported" },
  {
    match: /^Requested operation is not valid\b/,
    kind: "Unsupported",
    next: "The domain's present state does not allow it: `virsh domstate` tells that state.",
  },
  {
    match: /^revert requires force\b/,
    kind: "NeedsForce",
    next: "`revert.force: true` does it all the same, if what it would lose may be lost.",
  },
  { match: /^Timed out during operation\b/, kind: "Busy", next: WAIT },
  { match: /^block copy still active\b/, kind: "Busy", next: WAIT },
  { match: /^resource busy\b/, kind: "Busy", next: WAIT },
  { match: /^XML error\b/, kind: "Invalid" },
  { match: /^XML document failed to validate against schema\b/, kind: "Invalid" },
  { match: /^invalid argument\b/, kind: "Invalid" },
  { match: /^operation failed\b/, kind: "Unexpected" },
  { match: /^operation aborted\b/, kind: "Unexpected" },
  { match: /^internal error\b/, kind: "Unexpected" },
];

/** What virsh prints first when there is no connection; the cause after it may be anything. */
const NO_CONNECTION = "failed to connect to the hypervisor";

/** virsh's only words on a domain that it could not look up, whatever the reason. */
const NO_DOMAIN = /^failed to get domain '.*'$/;

/** The error that virsh's standard error stands for, after an exit code other than 0. */
export function explain(stderr: string, tried: string): VirshError {
  const all = messages(stderr);
  const cause = all.at(-1);
  if (cause === undefined) {
    return new VirshError({ kind: "Unexpected", tried, said: tidy(stderr) || "virsh failed without a word" });
  }
  const row = TABLE.find(({ match }) => match.test(cause)) ?? {
    kind: "Unexpected" as const,
    unchanged: undefined,
    next: undefined,
  };
  // A certificate that is missing, say: the text has no prefix of its own, but nobody was reached.
  const unreached = row.kind === "Unexpected" && all.includes(NO_CONNECTION);
  return new VirshError({
    kind: unreached ? "Unreachable" : row.kind,
    tried,
    said: cause,
    unchanged: row.unchanged,
    next: row.next ?? (unreached ? CHECK_LOGIN : undefined),
  });
}

/** Whether a look-up of a domain failed: not yet a proof that it is gone. */
export function isFailedLookup(error: VirshError): boolean {
  return NO_DOMAIN.test(error.said);
}
