import { gated } from "../../capabilities/version-gates.js";
import { losses } from "../../capabilities/revert-losses.js";
import { quote, VirshError } from "../../errors.js";
import { isExternal } from "../../xml/snapshot.js";
import type { RevertRequest } from "../../hypervisor/host.js";
import type { Revert } from "../plan.js";
import { safetyPlan, type SafetyPlan } from "./safety.js";
import { revertPhrase, type Situation } from "./look.js";

/** Everything a revert will do, worked out before any of it: a preview tells it, an update carries it out. */
export interface Reversal {
  request: RevertRequest;
  /** libvirt leaves it, and the next start would resume the memory of before on the disks of the snapshot. */
  dropManagedSave: boolean;
  /** libvirt has no flag for it: the domain is stopped afterwards. */
  stopAfterwards: boolean;
  safety?: SafetyPlan;
  /** What goes with it beyond the disks' and the memory's state, each as a clause. */
  losses: string[];
  /** Why it cannot be done, seen beforehand. */
  refusal?: VirshError;
  /** Why libvirt will not do it without `force`, seen beforehand; it says so itself before it does anything. */
  needsForce?: string;
}

/** Pure: what is done, for what is asked and what was found. */
export function planReversal(step: Revert, situation: Situation, time: Date): Reversal {
  const { to = "captured", force, resetNvram } = step.options;
  const safety = safetyPlan(step, situation, time);
  const refusal = refuse(step, situation);
  const { now, snapshot, managedSave, overlays, undermined = [] } = situation;
  // With a safety snapshot they become its base, and what goes is the empty one above it.
  const gone = safety === undefined ? (overlays?.files ?? []) : [];
  const needsForce = force === true ? undefined : risk(situation);
  return {
    request: {
      // What was captured of a running domain's disks alone is to run again: libvirt would leave it off.
      running: to === "running" || (to === "captured" && situation.snapshot.state === "disk-snapshot"),
      paused: to === "paused",
      force,
      resetNvram,
    },
    dropManagedSave: situation.managedSave,
    stopAfterwards: to === "shutoff",
    ...(safety === undefined ? {} : { safety }),
    losses: losses(now, snapshot, managedSave, gone, undermined),
    ...(refusal === undefined ? {} : { refusal }),
    ...(needsForce === undefined ? {} : { needsForce }),
  };
}

/** What libvirt asks `force` for. */
function risk({ snapshot, managedSave }: Situation): string | undefined {
  if (managedSave && snapshot.memory.snapshot === "no")
    return "the domain has a managed-save image, and the snapshot no memory to put in its place";
  if (snapshot.domain === undefined) return "the snapshot does not hold the domain's definition";
  return undefined;
}

const LOST = "It cannot be brought back. Destroy this resource, or give it a new name to take a new one.";

/** What stops QEMU first and fails then is refused before. */
function refuse(step: Revert, situation: Situation): VirshError | undefined {
  const { snapshot, version, imagesWithout, overlays, overwritten = [] } = situation;
  const external = isExternal(snapshot);
  const closed =
    (external ? gated("revertExternal", version) : undefined) ??
    (external && snapshot.state === "disk-snapshot" ? gated("revertExternalRunning", version) : undefined);
  if (closed !== undefined) return refused(step, closed.reason, closed.remedy);
  if (imagesWithout.length > 0)
    return refused(
      step,
      `its data is missing in ${imagesWithout.map(quote).join(", ")}: somebody removed it from the image`,
      LOST,
    );
  if (overwritten.length > 0)
    return refused(
      step,
      `what it captured is overwritten: the domain went back to a snapshot inside ${overwritten.map(quote).join(", ")}, ` +
        "which it stands on, and has been writing there since",
      LOST,
    );
  if (overlays === undefined || overlays.neededBy.length === 0) return undefined;
  return refused(
    step,
    `libvirt would delete ${overlays.files.map(quote).join(", ")}, which ${overlays.neededBy.map(quote).join(", ")} ` +
      "came after: the current snapshot was set by hand",
    `Set it to the one that the domain was on last: virsh snapshot-current ${step.target.domainUuid} NAME`,
  );
}

function refused(step: Revert, said: string, next: string): VirshError {
  return new VirshError({
    kind: "Unsupported",
    tried: revertPhrase(step),
    said,
    next: `Nothing was changed. ${next}`,
  });
}
