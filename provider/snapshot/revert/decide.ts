import { revertLosses } from "../../capabilities/revert-losses.js";
import { gated } from "../../capabilities/version-gates.js";
import { quoteAll, VirshError } from "../../errors.js";
import type { RevertRequest } from "../../hypervisor/host.js";
import { isExternal } from "../../xml/snapshot.js";
import type { Revert } from "../plan.js";
import { revertPhrase, type RevertFacts } from "./look.js";
import { decideSafety, type SafetyDecision } from "./safety.js";

/** Everything that a revert will do. A preview prints it, an update carries it out. */
export interface RevertDecision {
  request: RevertRequest;
  /** libvirt leaves the image, and the next start would resume the old memory on the disks of the snapshot. */
  dropManagedSave: boolean;
  /** libvirt has no flag for it: the domain is stopped afterwards. */
  stopAfterwards: boolean;
  safety?: SafetyDecision;
  /** What is lost beyond the state of disks and memory, each as a clause. */
  losses: string[];
  /** Why it cannot be done. */
  refusal?: VirshError;
  /** Why libvirt will not do it without `force`. libvirt itself says so before it does anything. */
  needsForce?: string;
}

export function decideRevert(step: Revert, facts: RevertFacts, time: Date): RevertDecision {
  const { to = "captured", force, resetNvram } = step.options;
  const safety = decideSafety(step, facts, time);
  const refusal = refuseRevert(step, facts);
  const { snapshot, managedSave } = facts;
  const needsForce = force === true ? undefined : risk(facts);
  return {
    request: {
      // A running domain of which only the disks were captured is to run again; libvirt would leave it off.
      running: to === "running" || (to === "captured" && snapshot.state === "disk-snapshot"),
      paused: to === "paused",
      force,
      resetNvram,
    },
    dropManagedSave: managedSave,
    stopAfterwards: to === "shutoff",
    ...(safety === undefined ? {} : { safety }),
    losses: decideLosses(facts, safety),
    ...(refusal === undefined ? {} : { refusal }),
    ...(needsForce === undefined ? {} : { needsForce }),
  };
}

/** What is lost beyond the state of disks and memory, each as a clause. */
export function decideLosses(
  { differences, managedSave, overlays, lostSnapshots = [] }: RevertFacts,
  safety: SafetyDecision | undefined,
): string[] {
  // The safety snapshot keeps them as its base, and what libvirt deletes is the empty overlay above it.
  const doomed = safety === undefined ? (overlays?.files ?? []) : [];
  return revertLosses(differences, managedSave, doomed, lostSnapshots);
}

/** What libvirt wants `force` for. */
function risk({ snapshot, managedSave }: RevertFacts): string | undefined {
  if (managedSave && snapshot.memory.snapshot === "no")
    return "the domain has a managed-save image, and the snapshot no memory to replace it";
  if (snapshot.domain === undefined) return "the snapshot does not hold the domain's definition";
  return undefined;
}

/** Nothing here destroys what may still be of use: the images stay as they are. */
const LOST =
  "Look at the images with qemu-img info -U. If a backup of them has the data, restore it while the domain is off. " +
  "A new name takes a new snapshot of the current state; " +
  'deleteScope: "metadata" lets the old one leave the program without a change to any image.';

/** Refuses what would stop QEMU first and then fail. */
export function refuseRevert(step: Revert, facts: RevertFacts): VirshError | undefined {
  const { snapshot, version, imagesWithout, overlays, overwritten = [] } = facts;
  const external = isExternal(snapshot);
  const closed =
    (external ? gated("revertExternal", version) : undefined) ??
    (external && snapshot.state === "disk-snapshot" ? gated("revertExternalRunning", version) : undefined);
  if (closed !== undefined) return refused(step, closed.reason, closed.remedy);
  if (imagesWithout.length > 0)
    return refused(
      step,
      `its data is missing in ${quoteAll(imagesWithout)}: someone removed it from the image`,
      LOST,
    );
  if (overwritten.length > 0)
    return refused(
      step,
      `what it captured is overwritten: it depends on ${quoteAll(overwritten)}, ` +
        "and the domain went back to a snapshot inside that image and has been writing to it since",
      LOST,
    );
  if (overlays === undefined || overlays.neededBy.length === 0) return undefined;
  return refused(
    step,
    `libvirt would delete ${quoteAll(overlays.files)}, which ${quoteAll(overlays.neededBy)} ` +
      "came after: the current snapshot was set by hand",
    `Set it to the snapshot that the domain was on last: virsh snapshot-current ${step.target.domainUuid} NAME`,
  );
}

function refused(step: Revert, said: string, next: string): VirshError {
  return new VirshError({ kind: "Unsupported", tried: revertPhrase(step), said, unchanged: true, next });
}
