import * as v from "valibot";
import { uriProblem } from "../hypervisor/uri.js";
import { fieldsOf, input, text, type InputField } from "../schema/field.js";
import { revertInputs } from "./revert-inputs.js";
import { descriptionProblem, domainProblem, nameProblem, pathProblem } from "../schema/text-rules.js";

/**
 * Every input of a snapshot, described once. Checking, planning, the docstrings of the SDK and the reference in the
 * README all come from this table: a new input is one entry here and one line in `request.ts`.
 */

const MAX_TIMEOUT_SECONDS = 7 * 24 * 3600;

/** Where the memory of a running domain goes. */
const memoryInputs = v.strictObject({
  snapshot: input(v.picklist(["no", "internal", "external"]), {
    doc: "`no`: no memory is captured; `internal`: into the first qcow2 image; `external`: into `file`.",
    virsh: "memory/@snapshot",
  }),
  file: input(v.optional(text(pathProblem)), {
    doc: "Absolute path on the host of the file that an external memory state is written to. A file that exists is refused, never overwritten.",
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
    doc: "`no`: not captured; `internal`: in the image; `external`: the image is left as it is, and an overlay takes what is written from now on.",
    virsh: "disk/@snapshot",
  }),
  file: input(v.optional(text(pathProblem)), {
    doc: "Absolute path on the host of the overlay. Left out, libvirt puts it beside the image, named after the snapshot.",
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
    doc: "Connection URI of the hypervisor, for instance `qemu:///system` or `qemu+ssh://root@host/system`. A change is recorded once the same snapshot is seen through the new URI; otherwise it is an error. URIs that would run a program on this machine (`command=`, `argv=`) are refused.",
    virsh: "--connect",
    onChange: "reconnect",
    defaultDoc: "`virsh:uri` of the stack's configuration, else virsh's own default",
  }),
  domain: input(text(domainProblem), {
    doc: "The domain to take the snapshot of: its name or its UUID. libvirt's numeric ids change at every start and are refused. Another domain needs a new snapshot; another name of the same domain does nothing.",
    virsh: "--domain",
    onChange: "domain",
  }),
  name: input(text(nameProblem), {
    doc: "The snapshot's name, unique within the domain: at most 247 bytes of UTF-8, no `/`, no leading `.`, no control characters. Under a new name the new snapshot is taken before the old one is deleted.",
    virsh: "--name",
    onChange: "replace",
    defaultDoc: "the resource's name",
  }),
  description: input(v.optional(text(descriptionProblem)), {
    doc: "What the snapshot is for: any text that XML can carry, up to 120 000 bytes of UTF-8. Edited in place; the snapshot stays the same.",
    virsh: "--description",
    onChange: "describe",
    default: "",
    defaultDoc: "none",
  }),
  diskOnly: input(v.optional(v.boolean()), {
    doc: "Captures the disks alone, into overlay files beside them (external), and no memory. A running domain runs on; what its applications had not written yet is not in the snapshot.",
    virsh: "--disk-only",
    onChange: "replace",
    default: false,
  }),
  memory: input(v.optional(memoryInputs), {
    doc: "Where the memory of a running domain is captured.",
    virsh: "--memspec",
    onChange: "replace",
    defaultDoc: "libvirt's: into the image, unless `diskOnly`",
  }),
  disks: input(v.optional(v.array(diskInputs)), {
    doc: "What happens to single disks; those not named are treated as libvirt does by default.",
    virsh: "--diskspec",
    onChange: "replace",
    default: [],
    defaultDoc: "all writable disks",
  }),
  quiesce: input(v.optional(v.picklist(["none", "preferred", "required"])), {
    doc: "Has the guest agent freeze the file systems meanwhile, so that a `diskOnly` snapshot holds all that was written. `required`: fails without an agent that answers; `preferred`: goes on without, with a warning. What was achieved is in `consistency`.",
    virsh: "--quiesce",
    onChange: "record",
    default: "none",
  }),
  atomic: input(v.optional(v.boolean()), {
    doc: "All disks or none. libvirt takes external snapshots of several disks as one transaction in any case, since 2018.",
    virsh: "--atomic",
    onChange: "record",
    default: false,
  }),
  live: input(v.optional(v.boolean()), {
    doc: "Lets the guest run on while its memory is written to an external file. The file grows larger for it.",
    virsh: "--live",
    onChange: "record",
    default: false,
  }),
  halt: input(v.optional(v.boolean()), {
    doc: "Stops the domain once the snapshot is taken.",
    virsh: "--halt",
    onChange: "record",
    default: false,
  }),
  reuseExternal: input(v.optional(v.boolean()), {
    doc: "Uses overlay files that exist and were prepared for it. The one case in which a file that exists is written to.",
    virsh: "--reuse-external",
    onChange: "record",
    default: false,
  }),
  validate: input(v.optional(v.boolean()), {
    doc: "Has libvirt validate the snapshot's XML against its schema.",
    virsh: "--validate",
    onChange: "record",
    default: false,
  }),
  adopt: input(v.optional(v.boolean()), {
    doc: "On create, takes over an existing snapshot of that name instead of failing, after comparing what can be compared (memory, disks). Its description becomes the one declared here, or none; the preview names what is lost of it.",
    onChange: "record",
    default: false,
  }),
  revert: v.optional(revertInputs),
  deleteScope: input(v.optional(v.picklist(["snapshot", "children", "childrenOnly", "metadata"])), {
    doc: "What a delete takes: `snapshot`, this one, its children move to its parent; `children`, it and all that came after it; `childrenOnly`, only what came after it; `metadata`, libvirt forgets it and the data stays in the image.",
    virsh: "--children, --children-only, --metadata",
    onChange: "record",
    default: "snapshot",
  }),
  timeoutSeconds: input(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_TIMEOUT_SECONDS))),
    {
      doc: "Seconds that one create, read, update or delete may take, a whole number from 1 to 604800. When they run out, the host may still be working on it: the error says what was found there.",
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
