import * as v from "valibot";
import { uriProblem } from "../hypervisor/uri.js";
import { fieldsOf, input, text, type InputField } from "../schema/field.js";
import { revertInputs } from "./revert-inputs.js";
import { descriptionProblem, domainProblem, nameProblem, pathProblem } from "../schema/text-rules.js";

/**
 * Every input of a snapshot, described once. The check, the plan, the docstrings of the SDK and the reference all come
 * from this table: a new input is one entry here and one line in `request.ts`.
 */

const MAX_TIMEOUT_SECONDS = 7 * 24 * 3600;

/** Where the memory of a running domain goes. */
const memoryInputs = v.strictObject({
  snapshot: input(v.picklist(["no", "internal", "external"]), {
    doc: "`no`: no memory is captured. `internal`: it goes into the first qcow2 image. `external`: it goes into `file`.",
    virsh: "memory/@snapshot",
  }),
  file: input(v.optional(text(pathProblem)), {
    doc: "Absolute path on the host of the file for external memory. An existing file is refused, never overwritten.",
    virsh: "memory/@file",
  }),
});

/** What happens to one disk. */
const diskInputs = v.strictObject({
  name: input(v.pipe(v.string(), v.nonEmpty()), {
    doc: "The disk's target (`vda`), or the path of its source.",
    virsh: "disk/@name",
  }),
  snapshot: input(v.picklist(["no", "internal", "external"]), {
    doc: "`no`: the disk is not captured. `internal`: its state is saved in the image. `external`: the image stays as it is, and an overlay takes all later writes.",
    virsh: "disk/@snapshot",
  }),
  file: input(v.optional(text(pathProblem)), {
    doc: "Absolute path of the overlay on the host. By default libvirt puts it beside the image and names it after the snapshot.",
    virsh: "source/@file",
  }),
  driver: input(v.optional(v.picklist(["qcow2", "qed"])), {
    doc: "Format of the overlay.",
    virsh: "driver/@type",
    defaultDoc: "`qcow2`",
  }),
  type: input(v.optional(v.picklist(["file", "block"])), {
    doc: "What the overlay is: a file or a block device.",
    virsh: "disk/@type",
    defaultDoc: "`file`",
  }),
});

export const snapshotInputs = v.strictObject({
  uri: input(v.optional(text(uriProblem)), {
    doc: "Connection URI of the hypervisor, for example `qemu:///system` or `qemu+ssh://root@host/system`. A new URI must lead to the same snapshot; otherwise the update fails. URIs that would run a program on this machine (`command=`, `argv=`) are refused, also those in the environment; what your own libvirt.conf says is not checked.",
    virsh: "--connect",
    onChange: "reconnect",
    defaultDoc: "`virsh:uri` of the stack's configuration, else virsh's own default",
  }),
  domain: input(text(domainProblem), {
    doc: "Name or UUID of the domain. Numeric ids are refused, because they change at every start. Another domain needs a new snapshot; another name for the same domain changes nothing.",
    virsh: "--domain",
    onChange: "domain",
  }),
  name: input(text(nameProblem), {
    doc: "The snapshot's name, unique within the domain: at most 247 bytes of UTF-8, no `/`, no leading `.`, no control characters. When the name changes, the new snapshot is taken before the old one is deleted.",
    virsh: "--name",
    onChange: "replace",
    defaultDoc: "the resource's name",
  }),
  description: input(v.optional(text(descriptionProblem)), {
    doc: "What the snapshot is for: any text that XML can carry, up to 120 000 bytes of UTF-8. It is edited in place: the snapshot stays the same.",
    virsh: "--description",
    onChange: "describe",
    default: "",
    defaultDoc: "none",
  }),
  diskOnly: input(v.optional(v.boolean()), {
    doc: "Captures the disks only, as external snapshots with overlay files beside the images, and no memory. A running domain keeps running; data that its applications have not yet written to disk is not in the snapshot.",
    virsh: "--disk-only",
    onChange: "replace",
    default: false,
  }),
  memory: input(v.optional(memoryInputs), {
    doc: "Where the memory of a running domain is saved.",
    virsh: "--memspec",
    onChange: "replace",
    defaultDoc: "libvirt's own: in the image, unless `diskOnly` is set",
  }),
  disks: input(v.optional(v.array(diskInputs)), {
    doc: "What happens to individual disks. libvirt's default applies to the others.",
    virsh: "--diskspec",
    onChange: "replace",
    default: [],
    defaultDoc: "all writable disks",
  }),
  quiesce: input(v.optional(v.picklist(["none", "preferred", "required"])), {
    doc: "Asks the guest agent to freeze the file systems during a `diskOnly` snapshot, so that it contains everything that was written. `required`: fails if no agent answers. `preferred`: continues without one, with a warning. The output `consistency` says what was achieved.",
    virsh: "--quiesce",
    onChange: "record",
    default: "none",
  }),
  atomic: input(v.optional(v.boolean()), {
    doc: "All disks or none. Since 2018 libvirt always takes external snapshots of several disks as one transaction.",
    virsh: "--atomic",
    onChange: "record",
    default: false,
  }),
  live: input(v.optional(v.boolean()), {
    doc: "Keeps the guest running while its memory is written to an external file, which makes the file larger.",
    virsh: "--live",
    onChange: "record",
    default: false,
  }),
  halt: input(v.optional(v.boolean()), {
    doc: "Stops the domain after the snapshot is taken.",
    virsh: "--halt",
    onChange: "record",
    default: false,
  }),
  reuseExternal: input(v.optional(v.boolean()), {
    doc: "Uses overlay files that you have prepared. Only with this input is an existing file written to.",
    virsh: "--reuse-external",
    onChange: "record",
    default: false,
  }),
  validate: input(v.optional(v.boolean()), {
    doc: "Makes libvirt validate the snapshot's XML against its schema.",
    virsh: "--validate",
    onChange: "record",
    default: false,
  }),
  adopt: input(v.optional(v.boolean()), {
    doc: "On create, takes over an existing snapshot of that name instead of failing, if its memory and disks are as declared. Its description becomes the one declared here, or none; the preview shows the description that is lost.",
    onChange: "record",
    default: false,
  }),
  revert: v.pipe(
    v.optional(revertInputs),
    v.description("How, and when, the domain goes back to the snapshot."),
  ),
  deleteScope: input(v.optional(v.picklist(["snapshot", "children", "childrenOnly", "metadata"])), {
    doc: "What a delete removes. `snapshot`: this snapshot; its children move to its parent. `children`: this snapshot and all its descendants. `childrenOnly`: only its descendants. `metadata`: only libvirt's record of it; the data stays in the image.",
    virsh: "--children, --children-only, --metadata",
    onChange: "record",
    default: "snapshot",
  }),
  timeoutSeconds: input(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_TIMEOUT_SECONDS))),
    {
      doc: "Time limit of one create, read, update or delete in seconds, a whole number from 1 to 604800. When it runs out, the host may still be working: the error says what was found there.",
      onChange: "record",
      default: 600,
    },
  ),
});

/** Inputs that passed the check. */
export type SnapshotInputs = v.InferOutput<typeof snapshotInputs>;

export const DEFAULT_TIMEOUT_SECONDS = 600;

/** The table, flat. */
export const inputFields: readonly InputField[] = fieldsOf(snapshotInputs.entries);
