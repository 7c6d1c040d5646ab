import * as v from "valibot";
import { input, text } from "../schema/field.js";
import { domainProblem, pathProblem } from "../schema/text-rules.js";
import { uriProblem } from "../hypervisor/uri.js";

/**
 * What each question is asked with, described once: the check and the docstrings of the SDK come from these tables.
 */

export const DEFAULT_TIMEOUT_SECONDS = 60;

const connection = {
  uri: input(v.optional(text(uriProblem)), {
    doc: "Connection URI of the hypervisor, for instance `qemu:///system` or `qemu+ssh://root@host/system`. URIs that would run a program on this machine (`command=`, `argv=`) are refused.",
    virsh: "--connect",
    defaultDoc: "`virsh:uri` of the stack's configuration, else virsh's own default",
  }),
  timeoutSeconds: input(v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3600))), {
    doc: "Seconds that the answer may take, a whole number from 1 to 3600; after that it is an error.",
    default: DEFAULT_TIMEOUT_SECONDS,
  }),
};

const domain = input(text(domainProblem), {
  doc: "The domain: its name or its UUID. libvirt's numeric ids change at every start and are refused.",
  virsh: "--domain",
});

/** Whatever libvirt may have taken for a name: foreign ones are read, too. */
function foreignNameProblem(name: string): string | undefined {
  if (name === "") return "no snapshot has an empty name. Give the snapshot's name";
  return name.isWellFormed() && !name.includes("\0")
    ? undefined
    : "no snapshot can have such a name. Give the snapshot's name";
}

const name = input(text(foreignNameProblem), {
  doc: "The snapshot's name. One that the domain does not have is an error of the kind `NotFound`.",
  virsh: "--snapshotname",
});

function filter(flag: string, doc: string) {
  return input(v.optional(v.boolean()), { doc, virsh: flag, default: false });
}

export const getSnapshotInputs = v.strictObject({ domain, name, ...connection });

export const getSnapshotXmlInputs = v.strictObject({
  domain,
  name,
  security: input(v.optional(v.boolean()), {
    doc: "With the passwords that the definition holds, of graphics for instance. The `Output` form then is a secret.",
    virsh: "--security-info",
    default: false,
  }),
  ...connection,
});

export const getSnapshotsInputs = v.strictObject({
  domain,
  from: input(v.optional(text(foreignNameProblem)), {
    doc: "Only the children of this snapshot, or with `descendants` all that came after it. The snapshot itself is not among them.",
    virsh: "--from",
    defaultDoc: "the whole domain",
  }),
  current: filter(
    "--current",
    "Like `from`, with the domain's current snapshot. A domain without one is an error of the kind `NotFound`.",
  ),
  descendants: filter(
    "--descendants",
    "With `from` or `current`: not their children alone, but all that came after them.",
  ),
  roots: filter("--roots", "Only snapshots without a parent."),
  leaves: filter("--leaves", "Only snapshots without children."),
  noLeaves: filter("--no-leaves", "Only snapshots with children."),
  metadata: filter("--metadata", "Only snapshots with metadata: with QEMU, all of them."),
  noMetadata: filter("--no-metadata", "Only snapshots without metadata: with QEMU, none of them."),
  inactive: filter("--inactive", "Snapshots that were taken while the domain was off."),
  active: filter("--active", "Snapshots that were taken of an active domain, with its memory."),
  diskOnly: filter(
    "--disk-only",
    "Snapshots of the disks alone, taken of an active domain. Of `inactive`, `active` and `diskOnly` several may be set: then each of these kinds is listed.",
  ),
  internal: filter("--internal", "Snapshots that lie inside the disk images."),
  external: filter("--external", "Snapshots of which a part lies in a file of its own."),
  topological: filter("--topological", "Parents before their children, instead of sorted by name."),
  ...connection,
});

export const getDomainInputs = v.strictObject({ domain, ...connection });

function formatProblem(format: string): string | undefined {
  return /^[a-z][a-z0-9-]*$/.test(format)
    ? undefined
    : "it is no format of QEMU's. Give for instance raw or qcow2";
}

export const getDiskSnapshotsInputs = v.strictObject({
  file: input(text(pathProblem), {
    doc: "Absolute path of the image, on the machine that runs the program: qemu-img knows no other. A path it is in any case, also when it looks like `nbd:…` or `json:…`.",
  }),
  backingChain: input(v.optional(v.boolean()), {
    doc: "The images below it, too, as each names the next. One that is missing is an error.",
    virsh: "qemu-img info --backing-chain",
    default: true,
  }),
  format: input(v.optional(text(formatProblem)), {
    doc: "The image's format. Give `raw` for a disk that is: its guest could have written something else at its beginning.",
    virsh: "qemu-img info --format",
    defaultDoc: "what the image says itself",
  }),
  ...connection,
});

export type GetSnapshotInputs = v.InferOutput<typeof getSnapshotInputs>;
export type GetSnapshotXmlInputs = v.InferOutput<typeof getSnapshotXmlInputs>;
export type GetSnapshotsInputs = v.InferOutput<typeof getSnapshotsInputs>;
export type GetDomainInputs = v.InferOutput<typeof getDomainInputs>;
export type GetDiskSnapshotsInputs = v.InferOutput<typeof getDiskSnapshotsInputs>;
