import * as v from "valibot";
import { input } from "../schema/field.js";

const safetyInputs = v.strictObject({
  keep: input(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), {
    doc: "How many safety snapshots to keep, a whole number from 1 to 100. Older ones are deleted if this resource took them; no other snapshot is.",
  }),
});

/** How, and when, a domain goes back to the snapshot. */
export const revertInputs = v.strictObject({
  triggers: input(v.optional(v.array(v.unknown())), {
    doc: "Any values. When they change, the domain goes back to this snapshot, and everything since then, on disk and in memory, is discarded. Adding triggers to an existing snapshot reverts as well; removing them does not. At creation they are only recorded. The output `lastRevert` holds them in plain text: do not put secrets here.",
    virsh: "snapshot-revert",
    onChange: "revert",
    default: [],
    defaultDoc: "none: never reverts",
  }),
  onDrift: input(v.optional(v.boolean()), {
    doc: "Reverts at the next update if a refresh finds that another snapshot is current.",
    onChange: "record",
    default: false,
  }),
  to: input(v.optional(v.picklist(["captured", "running", "paused", "shutoff"])), {
    doc: "The state of the domain after a revert: as `captured`, or `running`, `paused` or `shutoff` (the domain is stopped afterwards).",
    virsh: "--running, --paused, destroy",
    onChange: "record",
    default: "captured",
  }),
  force: input(v.optional(v.boolean()), {
    doc: "Reverts even if libvirt sees a risk: a managed-save image, or a snapshot without the domain's definition.",
    virsh: "--force",
    onChange: "record",
    default: false,
  }),
  resetNvram: input(v.optional(v.boolean()), {
    doc: "Resets the variables of the UEFI firmware (NVRAM) to their template.",
    virsh: "--reset-nvram",
    onChange: "record",
    default: false,
  }),
  safetySnapshot: input(v.optional(safetyInputs), {
    doc: "Takes a snapshot of the current state before each revert, so that the revert loses nothing. It is named after this snapshot and the time, and deleted together with this snapshot.",
    onChange: "record",
    defaultDoc: "off",
  }),
});
