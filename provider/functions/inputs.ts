import * as v from "valibot";
import { input, text } from "../schema/field.js";
import { domainProblem, pathProblem } from "../schema/text-rules.js";
import { uriProblem } from "../hypervisor/uri.js";

/** The arguments of each function, described once: the check and the docstrings of the SDK come from these tables. */

export const DEFAULT_TIMEOUT_SECONDS = 60;

const connection = {
  uri: input(v.optional(text(uriProblem)), {
    doc: "Connection URI of the hypervisor, for instance `qemu:///system` or `qemu+ssh://root@host/system`. URIs that would run a program on this machine (`command=`, `argv=`) are refused.",
    virsh: "--connect",
    defaultDoc: "`virsh:uri` of the stack's configuration, else virsh's own default",
  }),
  timeoutSeconds: input(v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3600))), {
    doc: "Seconds that the call may take, a whole number from 1 to 3600. After that it fails.",
    default: DEFAULT_TIMEOUT_SECONDS,
  }),
};

const domain = input(text(domainProblem), {
  doc: "The domain: its name or its UUID. libvirt's numeric ids change at every start and are refused.",
  virsh: "--domain",
});

/** Any name that libvirt may have accepted: snapshots of other programs can be read, too. */
function foreignNameProblem(name: string): string | undefined {
  if (name === "") return "no snapshot has an empty name. Give the snapshot's name";
  return name.isWellFormed() && !name.includes("\0")
    ? undefined
    : "no snapshot can have such a name. Give the snapshot's name";
}

const name = input(text(foreignNameProblem), {
  doc: "The snapshot's name. If the domain has no such snapshot, the error has the kind `NotFound`.",
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
    doc: "Includes the passwords in the definition, for example of graphics. The result of the `Output` form is then a secret.",
    virsh: "--security-info",
    default: false,
  }),
  ...connection,
});

export const getSnapshotsInputs = v.strictObject({
  domain,
  from: input(v.optional(text(foreignNameProblem)), {
    doc: "Only the children of this snapshot, or with `descendants` everything that came after it. The snapshot itself is not included.",
    virsh: "--from",
    defaultDoc: "the whole domain",
  }),
  current: filter(
    "--current",
    "Like `from`, with the domain's current snapshot. If the domain has none, the error has the kind `NotFound`.",
  ),
  descendants: filter(
    "--descendants",
    "With `from` or `current`: not only the children, but everything that came after them.",
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
    "Snapshots of only the disks, taken of an active domain. If several of `inactive`, `active` and `diskOnly` are set, each of these kinds is listed.",
  ),
  internal: filter("--internal", "Snapshots inside the disk images."),
  external: filter("--external", "Snapshots of which a part is in a file of its own."),
  topological: filter("--topological", "Parents before their children, instead of sorted by name."),
  ...connection,
});

export const getDomainInputs = v.strictObject({ domain, ...connection });

function formatProblem(format: string): string | undefined {
  return /^[a-z][a-z0-9-]*$/.test(format)
    ? undefined
    : "it is not a format that QEMU knows. Give for example raw or qcow2";
}

export const getDiskSnapshotsInputs = v.strictObject({
  file: input(text(pathProblem), {
    doc: "Absolute path of the image, on the machine that runs the program. It is always taken as a path, even if it looks like `nbd:…` or `json:…`.",
  }),
  backingChain: input(v.optional(v.boolean()), {
    doc: "Also the images below it (the backing chain). A missing one is an error.",
    virsh: "qemu-img info --backing-chain",
    default: true,
  }),
  format: input(v.optional(text(formatProblem)), {
    doc: "The image's format. Give `raw` for a raw disk: its guest could have written another format's header at its beginning.",
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
