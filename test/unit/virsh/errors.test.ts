import assert from "node:assert/strict";
import type { ErrorKind } from "../../../provider/errors.js";
import { explain, isFailedLookup } from "../../../provider/virsh/errors.js";

type Row = [cause: string, kind: ErrorKind, next?: RegExp];

/** Texts as libvirt prints them, after `error: `. */
const CAUSES: Row[] = [
  ["operation failed: save image is incomplete", "Conflict", /written only in part.*rm/],
  [
    "internal error: unable to execute QEMU command 'blockdev-add': Duplicate nodes with node-name='libvirt-2-storage'",
    "Busy",
    /during which the daemon died/,
  ],
  [
    "internal error: unable to execute QEMU agent command 'guest-fsfreeze-freeze': Command guest-fsfreeze-freeze has been disabled: the agent is in frozen state",
    "Conflict",
    /wait until it has thawed them/,
  ],
  ["operation failed: domain moment a b already exists", "Conflict", /another name, or delete/],
  [
    "operation failed: domain 'a b' already exists with uuid c111f02d-8e39-42a7-bc5a-b3c8d849efa7",
    "Conflict",
    /change <name>, or remove <uuid>/,
  ],
  [
    "operation failed: domain 'a b' is already defined with uuid c111f02d-8e39-42a7-bc5a-b3c8d849efa7",
    "Conflict",
    /change <name>, or remove <uuid>/,
  ],
  [
    "Requested operation is not valid: cannot delete inactive domain with 2 snapshots",
    "Conflict",
    /Delete them first/,
  ],
  [
    "unsupported configuration: external snapshot file for disk vda already exists and is not a block device: /images/o,x.qcow2",
    "Conflict",
    /Move that file away/,
  ],
  [
    "unsupported configuration: internal snapshot for disk vda unsupported for storage type raw",
    "Unsupported",
    /qemu-img convert -O qcow2.*diskOnly: true/,
  ],
  [
    "operation failed: Failed to load snapshot: Device 'libvirt-1-format' is writable but does not support snapshots",
    "Unsupported",
    /11\.4/,
  ],
  [
    "Operation not supported: internal snapshots of a VM with pflash based firmware are not supported",
    "Unsupported",
    /NVRAM in qcow2/,
  ],
  [
    "unsupported configuration: revert to external snapshot not supported yet",
    "Unsupported",
    /libvirt 9\.10 or later/,
  ],
  [
    "invalid argument: could not find base disk source in disk source chain",
    "Unsupported",
    /^Start the domain first/,
  ],
  [
    "unsupported configuration: deletion of external children disk snapshots not supported",
    "Unsupported",
    /Delete those that came after it first/,
  ],
  [
    "Operation not supported: deleting external snapshot that has internal snapshot as parent not supported",
    "Unsupported",
    /Stop the domain first/,
  ],
  [
    "Operation not supported: disk image 'vda' for internal snapshot 'a' is not the same as disk image currently used by VM",
    "Unsupported",
    /Stop the domain first/,
  ],
  ["argument unsupported: QEMU guest agent is not configured", "Unsupported", /org\.qemu\.guest_agent\.0/],
  ["Guest agent is not responding: QEMU guest agent is not connected", "Unsupported", /qemu-guest-agent/],
  ["Requested operation is not valid: domain is not running", "Unsupported", /domstate/],
  [
    "Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainSnapshotCreateXML)",
    "Busy",
    /domcontrol/,
  ],
  ["internal error: unable to save metadata for snapshot xxx", "Unexpected", /247 bytes/],
  [
    "internal error: Child process (/usr/bin/qemu-img snapshot -c s1 /images/a.qcow2) unexpected exit status 1: qemu-img: Could not create snapshot 's1': -28 (No space left on device)",
    "Unexpected",
    /Free space/,
  ],
  ["operation failed: Error while writing VM state: No space left on device", "Unexpected", /Free space/],
  [
    "operation failed: failed to format image: 'Could not write qcow2 header: No space left on device'",
    "Unexpected",
    /Free space/,
  ],
  [
    "operation failed: Failed to take snapshot: failed to save SaveStateEntry with id(name): 3(ram): -5  Error: Error while writing VM state: Input/output error",
    "Unexpected",
    /usually because its file system is full\. Free space/,
  ],

  ["Cannot recv data: Host key verification failed.: Connection reset by peer", "Denied", /ssh HOST/],
  [
    "Cannot recv data: root@host: Permission denied (publickey,password).: Connection reset by peer",
    "Denied",
    /ssh HOST/,
  ],
  [
    "End of file while reading data: nc: unix connect failed: Permission denied: Input/output error",
    "Denied",
    /group libvirt/,
  ],
  [
    "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied",
    "Denied",
    /group libvirt/,
  ],
  [
    "authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'",
    "Denied",
    /group libvirt/,
  ],
  ["authentication failed: access denied by policy", "Denied", /Run `virsh -c URI list` yourself/],
  ["authentication failed: authentication failed", "Denied", /Run `virsh -c URI list` yourself/],
  [
    "authentication cancelled: user cancelled authentication process",
    "Denied",
    /Run `virsh -c URI list` yourself/,
  ],
  ["access denied: 'QEMU' denied access", "Denied", /Run `virsh -c URI list` yourself/],
  [
    "operation forbidden: read only access prevents virDomainSnapshotCreateXML",
    "Denied",
    /Run `virsh -c URI list` yourself/,
  ],
  ["libssh transport error: authentication failed: no key", "Denied", /ssh HOST/],

  ["End of file while reading data: Input/output error", "Unreachable", /may or may not have done it: check/],
  ["internal error: client socket is closed", "Unreachable", /may or may not have done it: check/],
  [
    "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
    "Unreachable",
    /libvirtd \(or virtqemud\) runs/,
  ],
  [
    "Failed to connect socket to '/run/x': Connection refused",
    "Unreachable",
    /libvirtd \(or virtqemud\) runs/,
  ],
  ["unable to connect to server at '127.0.0.1:1': Connection refused", "Unreachable", /can reach the host/],
  [
    "Cannot recv data: ssh: Could not resolve hostname h: Name or service not known: Connection reset by peer",
    "Unreachable",
    /can reach the host/,
  ],
  ["Cannot write data: Broken pipe", "Unreachable", /can reach the host/],
  ["SSH transport error: unable to connect", "Unreachable", /can reach the host/],
  ["internal error: Unable to parse URI a b", "Invalid", /uri/],
  ["no connection driver available for URI '-x' does not include a driver name", "Invalid", /uri/],
  [
    "invalid argument: remote_open: transport in URL not recognised (should be tls|unix|ssh|ext|tcp|libssh2|libssh)",
    "Invalid",
    /uri/,
  ],

  ["command 'snapshot-revert' doesn't support option --reset-nvram", "Unsupported", /upgrade/],
  ["unknown command: 'snapshot-x'", "Unsupported", /upgrade/],
  ["Failed to get option 'name': Option argument is empty", "Invalid"],
  ["unable to parse memspec: rel.mem", "Invalid"],
  ["invalid snapshot name 'a/b': name can't contain '/'", "Invalid"],
  [
    "Flags 'VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING' and 'VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED' are mutually exclusive",
    "Invalid",
  ],
  [
    "Flag 'VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY' is required by flag 'VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE'",
    "Invalid",
  ],
  ["(domain_snapshot):2: Premature end of data in tag domainsnapshot line 1", "Invalid"],

  ["Domain snapshot not found: no domain snapshot with matching name 'nope'", "NotFound"],
  ["Domain not found: no domain with matching uuid 'x' (x)", "NotFound"],
  ["unsupported configuration: no disk named 'vdz'", "Unsupported"],
  ["argument unsupported: unknown flag", "Unsupported"],
  ["this function is not supported by the connection driver: virDomainSnapshotCreateXML", "Unsupported"],
  [
    "revert requires force: snapshot 'a' lacks domain 'x' rollback info",
    "NeedsForce",
    /`revert\.force: true`/,
  ],
  ["Timed out during operation: cannot agree", "Busy", /domcontrol/],
  ["block copy still active: disk 'vda' already in active block job", "Busy", /domcontrol/],
  ["resource busy: migration", "Busy", /domcontrol/],
  ["XML error: external memory snapshots require a filename", "Invalid"],
  ["XML document failed to validate against schema: Unable to validate doc", "Invalid"],
  ["invalid argument: Unknown remote mode 'foo'", "Invalid"],
  ["operation failed: something", "Unexpected"],
  ["internal error: something", "Unexpected"],
  ["something that libvirt has never said before", "Unexpected"],
];

describe("libvirt's messages", () => {
  for (const [cause, kind, next] of CAUSES) {
    it(`mean ${kind}: ${cause}`, () => {
      const error = explain(`error: ${cause}\n`, "try");
      assert.equal(error.kind, kind);
      assert.equal(error.said, cause);
      if (next === undefined) assert.equal(error.next, undefined);
      else assert.match(error.next ?? "", next);
    });
  }

  it('are shown with "Nothing was changed." where libvirt refused before it began', () => {
    const unchanged = CAUSES.map(([cause]) => explain(`error: ${cause}\n`, "try")).filter(
      (error) => error.unchanged,
    );
    assert.deepEqual(
      unchanged.map(({ said }) => said.slice(0, 60)),
      [
        "internal error: unable to execute QEMU agent command 'guest-",
        "invalid argument: could not find base disk source in disk so",
        "unsupported configuration: deletion of external children dis",
        "Operation not supported: deleting external snapshot that has",
        "Operation not supported: disk image 'vda' for internal snaps",
      ],
    );
    for (const { message, next } of unchanged)
      assert.ok(message.endsWith(`. Nothing was changed. ${next ?? ""}`), message);
  });

  it("are those of the cause, not of the command that failed", () => {
    const error = explain(
      "error: Failed to delete snapshot Domain snapshot not found: x\nerror: Operation not supported: no\n",
      'delete snapshot "x"',
    );
    assert.equal(error.kind, "Unsupported");
    assert.match(error.message, /^Unable to delete snapshot "x": Operation not supported: no\./);
  });

  it("are compared case-sensitively, as libvirt writes them", () => {
    assert.equal(explain("error: domain snapshot NOT found: x\n", "try").kind, "Unexpected");
  });

  it("cannot be forged by a name inside a message", () => {
    for (const text of [
      "operation failed: cannot use 'Domain snapshot not found: x'",
      "internal error: disk 'access denied: x' is odd",
      "domain 'failed to get domain 'x'' is odd",
    ]) {
      const error = explain(`error: ${text}\n`, "try");
      assert.equal(error.kind, "Unexpected", text);
      assert.equal(isFailedLookup(error), false, text);
    }
  });

  it("without a connection mean Unreachable, whatever the cause", () => {
    const error = explain(
      "error: failed to connect to the hypervisor\n" +
        "error: Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory\n",
      "try",
    );
    assert.equal(error.kind, "Unreachable");
    assert.match(error.next ?? "", /Run `virsh -c URI list` yourself/);
  });

  it("about a daemon that died are found after the notice that names the connection", () => {
    const error = explain(
      "error: Disconnected from qemu:///session due to end of file\n" +
        "error: End of file while reading data: Input/output error\n",
      "try",
    );
    assert.equal(error.kind, "Unreachable");
    assert.equal(error.said, "End of file while reading data: Input/output error");
  });

  it("about a domain that cannot be looked up do not prove that it is gone", () => {
    const error = explain("error: failed to get domain 'x'\n", "try");
    assert.equal(error.kind, "Unexpected");
    assert.equal(isFailedLookup(error), true);
  });

  it("are the whole text if no line is a message, and an empty text gets an error as well", () => {
    assert.equal(explain("Segmentation\nfault\n", "try").said, "Segmentation fault");
    assert.equal(explain("", "try").message, "Unable to try: virsh failed without a message.");
  });
});
