import * as v from "valibot";
import { input } from "../schema/field.js";

const safetyInputs = v.strictObject({
  keep: input(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), {
    doc: "How many of them stay: a whole number from 1 to 100. Older ones that this resource took are deleted, no others.",
  }),
});

/** How, and when, a domain goes back to the snapshot. */
export const revertInputs = v.strictObject({
  triggers: input(v.optional(v.array(v.unknown())), {
    doc: "Any values. When they change, the domain goes back to this snapshot, and everything since then, on disk and in memory, is discarded. So it does when triggers are added to an existing snapshot; removing them does nothing. When the snapshot is created they are only recorded. They are kept in plain text in `lastRevert`: no place for secrets.",
    virsh: "snapshot-revert",
    onChange: "revert",
    default: [],
    defaultDoc: "none: never reverts",
  }),
  onDrift: input(v.optional(v.boolean()), {
    doc: "When a refresh finds that another snapshot is current, the next `pulumi up` reverts.",
    onChange: "record",
    default: false,
  }),
  to: input(v.optional(v.picklist(["captured", "running", "paused", "shutoff"])), {
    doc: "The state that the domain ends in: as `captured`, or `running`, `paused`, or `shutoff` (it is stopped afterwards).",
    virsh: "--running, --paused, destroy",
    onChange: "record",
    default: "captured",
  }),
  force: input(v.optional(v.boolean()), {
    doc: "Reverts where libvirt sees a risk and asks for it: a managed-save image, or a snapshot without the domain's definition.",
    virsh: "--force",
    onChange: "record",
    default: false,
  }),
  resetNvram: input(v.optional(v.boolean()), {
    doc: "Starts over from the template of the firmware's variables (UEFI).",
    virsh: "--reset-nvram",
    onChange: "record",
    default: false,
  }),
  safetySnapshot: input(v.optional(safetyInputs), {
    doc: "Takes a snapshot of today's state before each revert, named after this one and the time, so that nothing is lost by it. It is deleted together with this snapshot.",
    onChange: "record",
    defaultDoc: "off",
  }),
});
