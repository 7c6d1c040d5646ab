import { VirshError } from "../errors.js";
import { DEFINITION_ERRORS, type Row } from "./definition-errors.js";
import { LIBXML, messages, tidy } from "./stderr.js";

const CHECK_LOGIN = "Run `virsh -c URI list` yourself, as the user that runs this program.";
const DAEMON_RUNS =
  "Check that libvirtd (or virtqemud) runs on the host, and that the URI names the right socket.";
const REACHABLE = "Check that this machine can reach the host, and that the URI names the right host.";
const KEY_LOGIN = "`ssh HOST` must work without a password: set up a key, and accept the host key.";
const GROUP =
  "Give the user that runs this program access to libvirt, usually by adding it to the group libvirt on the host.";
const MIXED =
  "Stop the domain first, or revert it to the internal snapshot: then libvirt deletes it, and the external ones after it.";
const WAIT =
  "Wait for the job that holds the domain (`virsh domcontrol`, `virsh domjobinfo`), then try again.";
const NO_PLACE = "Free space where the disk image, overlay or memory file is, then try again.";
const FROZEN =
  "Something else has frozen the guest's file systems, for instance a backup: wait until it has thawed them.";
const HALF_WRITTEN =
  "The file holds memory that was written only in part: nothing can go back to it. Remove it on the host with rm, or name another file.";
const NODE_LEFT =
  "QEMU has kept the file of an attempt during which the daemon died. libvirt gives it up with this failure: try again.";
const LOOK_FIRST = "The host may or may not have done it: check the domain before you try again.";

/**
 * From libvirt's message to the kind of error; the first row that matches. virsh prints no error code, so there is only
 * the text: the prefixes are those of libvirt's `virerror.c`, and case-sensitive. Every pattern is anchored at the start
 * or the end, so that no name inside a message can pass for another error.
 */
const TABLE: readonly Row[] = [
  // Messages whose prefix alone does not say enough.
  {
    match: /^operation failed: domain moment .* already exists$/,
    kind: "Conflict",
    next: "Choose another name, or delete that snapshot first if you no longer need it.",
  },
  ...DEFINITION_ERRORS,
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
    next: "Convert raw disks to qcow2. libvirt 11.2 and 11.3 also report this for qcow2 disks: upgrade to 11.4.",
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
    // Said by 11.3 and 12.8 where 9.0 says the above.
    match: /^operation failed: failed to find parent disk source in backing chain$/,
    kind: "Unsupported",
    unchanged: true,
    next: "The domain does not run on the snapshot's overlay: delete the snapshots that came after this one first.",
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
    next: "This libvirt takes and deletes internal snapshots of a running domain only with names made of A-Z a-z 0-9 . _ -: stop the domain, or use another name.",
  },
  {
    match: /^unsupported configuration: revert to external snapshot not supported yet$/,
    kind: "Unsupported",
    next: "The host needs libvirt 9.10 or later to revert to an external snapshot.",
  },
  {
    match: /^argument unsupported: QEMU guest agent is not configured$/,
    kind: "Unsupported",
    next: "Add the channel org.qemu.guest_agent.0 to the domain and run qemu-guest-agent in the guest, or leave `quiesce` out.",
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
    next: "Check that the name has at most 247 bytes and that /var on the host has space; the disk image may contain an orphaned snapshot.",
  },
  {
    match:
      /^unsupported configuration: source for disk '.*' .*not a regular file; refusing to generate external snapshot name$/,
    kind: "Unsupported",
    unchanged: true,
    next: "Name the overlay's file for that disk (`disks[].file`). If the disk is a file, check that it still exists.",
  },
  {
    match: /^internal error: (?:internal|external) inactive snapshots are not supported on '.*' disks/,
    kind: "Unsupported",
    unchanged: true,
    next: 'Start the domain first, or leave that disk out (`disks: [{ name, snapshot: "no" }]`).',
  },
  { match: /the agent is in frozen state$/, kind: "Conflict", unchanged: true, next: FROZEN },
  { match: /^operation failed: save image is incomplete$/, kind: "Conflict", next: HALF_WRITTEN },
  {
    match: /unable to execute QEMU command 'blockdev-add': Duplicate nodes with node-name='libvirt-/,
    kind: "Busy",
    next: NODE_LEFT,
  },
  { match: /No space left on device[')]?$/, kind: "Unexpected", next: NO_PLACE },
  {
    // QEMU also says this when a file system is full, or when a block device or a network disk has no room.
    match: /(?:Error while writing VM state|snapshot-save job failed: .*): Input\/output error$/,
    kind: "Unexpected",
    next: `The memory could not be written into the disk image, usually because its file system is full. ${NO_PLACE}`,
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

  // virsh itself, before it connects.
  {
    match: /^(?:command '.*' doesn't support option |unknown command: )/,
    kind: "Unsupported",
    next: "The virsh on this machine is too old for this: upgrade it.",
  },
  { match: /^Failed to get option /, kind: "Invalid" },
  { match: /^unable to parse (?:memspec|diskspec): /, kind: "Invalid" },
  { match: /^invalid snapshot name /, kind: "Invalid" },
  { match: /^Flags? '.*' (?:and '.*' are mutually exclusive|is required by flag '.*')$/, kind: "Invalid" },
  { match: LIBXML, kind: "Invalid" },

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
    next: "The domain's current state does not allow it: `virsh domstate` shows that state.",
  },
  {
    match: /^revert requires force\b/,
    kind: "NeedsForce",
    next: "Set `revert.force: true` if you can afford to lose that.",
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

/** What virsh prints first when it cannot connect. The cause follows, and may be anything. */
const NO_CONNECTION = "failed to connect to the hypervisor";

/** All that virsh prints about a domain that it could not look up, whatever the reason. */
const NO_DOMAIN = /^failed to get domain '.*'$/;

/** The error that virsh reports on standard error, after an exit code other than 0. */
export function explain(stderr: string, tried: string): VirshError {
  const all = messages(stderr);
  const cause = all.at(-1);
  if (cause === undefined) {
    return new VirshError({
      kind: "Unexpected",
      tried,
      said: tidy(stderr) || "virsh failed without a message",
    });
  }
  const row = TABLE.find(({ match }) => match.test(cause)) ?? {
    kind: "Unexpected" as const,
    unchanged: undefined,
    next: undefined,
  };
  // For example a missing certificate: the text has no prefix of its own, but there was no connection.
  const unreached = row.kind === "Unexpected" && all.includes(NO_CONNECTION);
  return new VirshError({
    kind: unreached ? "Unreachable" : row.kind,
    tried,
    said: cause,
    unchanged: row.unchanged,
    // virsh calls nothing before it is connected.
    ...(all.includes(NO_CONNECTION) ? { begun: false } : {}),
    next: row.next ?? (unreached ? CHECK_LOGIN : undefined),
  });
}

/** Whether looking up a domain failed, which does not prove that it is gone. */
export function isFailedLookup(error: VirshError): boolean {
  return NO_DOMAIN.test(error.said);
}
